// The mean of each window.
#pragma once

#include "genotype/layers/layer.hpp"
#include "genotype/layers/pooling_shape.hpp"

namespace genotype::inline v0_1 {

/// (channels, H, W) -> (channels, H', W'), H' = (H + 2 padding - kernel) / stride + 1, rounded down. What lies outside
/// the image counts as 0 (PyTorch's count_include_pad = True); padding is kernel / 2 at most.
///
/// PyTorch: nn.AvgPool2d(kernel, stride, padding).
/// Source: LeCun et al., "Handwritten digit recognition with a back-propagation network", 1990.
template <int kernel, int stride = kernel, int padding = 0>
struct AvgPool : LayerBase {
    static constexpr Dims input = image_dims(any_dim, any_dim, any_dim);
    using linear_map = AvgPool;
    static constexpr bool backward_reads_input = false;

    static constexpr Inferred output(Dims in) { return detail::pooled(kernel, stride, padding, in); }

    template <class Device, class Mode>
    static void forward(Device device, Mode, const Forward<Mode>& pass) {
        avg_pool(device, detail::pool_geometry(kernel, stride, padding, pass.in, pass.out), pass.batch, pass.x, pass.y);
    }

    template <class Device>
    static void backward(Device device, const Backward& pass) {
        if (!pass.dx) return;
        avg_pool_backward(device, detail::pool_geometry(kernel, stride, padding, pass.in, pass.out), pass.batch,
                          pass.dy, pass.dx);
    }
};

}  // namespace genotype::inline v0_1
