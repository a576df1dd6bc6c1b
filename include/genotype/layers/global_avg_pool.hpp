// The mean of each channel.
#pragma once

#include "genotype/layers/layer.hpp"

namespace genotype::inline v0_1 {

/// (channels, H, W) -> (channels, 1, 1).
///
/// PyTorch: nn.AdaptiveAvgPool2d(1).
/// Source: Lin, Chen and Yan, "Network in Network", 2013, arXiv:1312.4400.
struct GlobalAvgPool : LayerBase {
    static constexpr Dims input = image_dims(any_dim, any_dim, any_dim);
    using linear_map = GlobalAvgPool;
    static constexpr bool backward_reads_input = false;

    static constexpr Inferred output(Dims in) { return image_dims(in.first, 1, 1); }

    template <class Device, class Mode>
    static void forward(Device device, Mode, const Forward<Mode>& pass) {
        global_avg_pool(device, pass.batch, pass.in.pixels(), pass.in.channels(), pass.x, pass.y);
    }

    template <class Device>
    static void backward(Device device, const Backward& pass) {
        if (pass.dx)
            global_avg_pool_backward(device, pass.batch, pass.in.pixels(), pass.in.channels(), pass.dy, pass.dx);
    }
};

}  // namespace genotype::inline v0_1
