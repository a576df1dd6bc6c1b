// Concat: a named value's channels behind one's own.
#pragma once

#include "genotype/kernels/joined_columns.hpp"
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
    static constexpr bool starts_gradient = true;

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
        join_columns(device, pass.batch * pass.in.pixels(), pass.in.first, channels, pass.x, value_of<N>(pass).data,
                     pass.y);
    }

    template <class Device>
    static void backward(Device device, const Backward& pass) {
        const NamedValue& named = value_of<N>(pass);
        split_columns(device, pass.batch * pass.in.pixels(), pass.in.first, channels, pass.dy, pass.dx, named.gradient,
                      named.is_new);
    }
};

}  // namespace genotype::inline v0_1
