// An image as a vector.
#pragma once

#include "genotype/layers/layer.hpp"

namespace genotype::inline v0_1 {

/// (channels, H, W) -> (channels * H * W), in the order channel, row, column; a vector stays as it is.
///
/// PyTorch: nn.Flatten().
struct Flatten : LayerBase {
    using linear_map = Flatten;
    static constexpr bool backward_reads_input = false;

    static constexpr Inferred output(Dims in) {
        if (in.rank == any_dim) return vector_dims(any_dim);
        if (in.rank == 1) return in;
        return vector_dims(in.complete() ? static_cast<int>(in.count()) : any_dim);
    }

    template <class Device, class Mode>
    static void forward(Device device, Mode, const Forward<Mode>& pass) {
        const int pixels = pass.in.pixels();
        transpose(device, pass.batch, pixels, static_cast<int>(pass.in.count() / pixels), pass.x, pass.y);
    }

    template <class Device>
    static void backward(Device device, const Backward& pass) {
        if (!pass.dx) return;
        const int pixels = pass.in.pixels();
        transpose(device, pass.batch, static_cast<int>(pass.in.count() / pixels), pixels, pass.dy, pass.dx);
    }
};

}  // namespace genotype::inline v0_1
