// The largest value of each window.
#pragma once

#include "genotype/layers/layer.hpp"
#include "genotype/layers/pooling_shape.hpp"

namespace genotype::inline v0_1 {

/// (channels, H, W) -> (channels, H', W'), H' = (H + 2 padding - kernel) / stride + 1, rounded down. What lies outside
/// the image never is the largest; padding is kernel / 2 at most. The gradient goes to the first of equal values.
///
/// PyTorch: nn.MaxPool2d(kernel, stride, padding).
/// Source: Zhou and Chellappa, "Computation of optical flow using a neural network", 1988.
template <int kernel, int stride = kernel, int padding = 0>
struct MaxPool : LayerBase {
    static constexpr Dims input = image_dims(any_dim, any_dim, any_dim);

    static constexpr Inferred output(Dims in) { return detail::pooled(kernel, stride, padding, in); }

    template <class Device, class Mode>
    static void forward(Device device, Mode, const Forward<Mode>& pass) {
        max_pool(device, detail::pool_geometry(kernel, stride, padding, pass.in, pass.out), pass.batch, pass.x, pass.y);
    }

    template <class Device>
    static void backward(Device device, const Backward& pass) {
        if (!pass.dx) return;
        max_pool_backward(device, detail::pool_geometry(kernel, stride, padding, pass.in, pass.out), pass.batch, pass.x,
                          pass.dy, pass.dx);
    }

    template <class Device>
    static void tangent(Device device, const Tangent& call) {
        const Forward<Training>& run = call.run;
        max_pool_tangent(device, detail::pool_geometry(kernel, stride, padding, run.in, run.out), run.batch, run.x,
                         call.tx, call.ty);
    }
    template <class Device>
    static void tangent_backward(Device device, const TangentBackward& call) {
        backward(device, call.run);
        Backward along = call.run;
        along.dy = call.dty;
        along.dx = call.dtx;
        backward(device, along);
    }
};

}  // namespace genotype::inline v0_1
