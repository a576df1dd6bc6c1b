// Concat: a named value's channels behind one's own.
#pragma once

#include "genotype/kernels/functions.hpp"
#include "genotype/layers/layer.hpp"

namespace genotype::inline v0_1 {

/// (c, H, W) -> (c + channels, H, W), or (c) -> (c + channels): the value of `N`, which has so many channels and the
/// same height and width, behind what comes in.
///
/// PyTorch: torch.cat([x, named], dim=1).
template <class N, int channels>
struct Concat : LayerBase {
    using reads = Names<N>;
    using linear_map = Concat;
    static constexpr bool backward_reads_input = false;
    static constexpr int joined_channels = channels;

    static constexpr Inferred output(Dims in) {
        if (channels < 1) return {FaultKind::size, vector_dims(channels), {}};
        if (in.first != any_dim) in.first += channels;
        return in;
    }
    /// What the value has to be.
    static constexpr Dims wanted_value(Dims in) {
        in.first = channels;
        return in;
    }

    template <class Device, class Mode>
    static void forward(Device device, Mode, const Forward<Mode>& pass) {
        const long rows = pass.batch * pass.in.pixels(), own = pass.in.first, all = own + channels;
        update_columns(device, rows, own, kernels::Assign{}, pass.x, own, pass.y, all);
        update_columns(device, rows, channels, kernels::Assign{}, value_of<N>(pass).data, channels, pass.y + own, all);
    }

    template <class Device>
    static void backward(Device device, const Backward& pass) {
        const long rows = pass.batch * pass.in.pixels(), own = pass.in.first, all = own + channels;
        if (pass.dx) update_columns(device, rows, own, kernels::Assign{}, pass.dy, all, pass.dx, own);
        if (float* const gradient = value_of<N>(pass).gradient)
            update_columns(device, rows, channels, kernels::AddTo{}, pass.dy + own, all, gradient, channels);
    }
};

}  // namespace genotype::inline v0_1
