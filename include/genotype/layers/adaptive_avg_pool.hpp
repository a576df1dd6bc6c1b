// The means of as many windows as are wanted.
#pragma once

#include "genotype/kernels/adaptive_pool_geometry.hpp"
#include "genotype/layers/layer.hpp"

namespace genotype::inline v0_1 {

/// (channels, H, W) -> (channels, height, width), whatever H and W are: along a side of s, output i of n is the mean
/// from floor(i s / n) to ceil((i + 1) s / n), the end left out. Windows overlap where n does not divide s, and repeat
/// pixels where n is larger. `AdaptiveAvgPool<7>` gives 7 x 7; `GlobalAvgPool` is that of 1 x 1.
///
/// PyTorch: nn.AdaptiveAvgPool2d((height, width)).
/// Source: start_index and end_index of PyTorch's ATen/native/AdaptivePooling.h; He et al., "Spatial Pyramid Pooling in
/// Deep Convolutional Networks for Visual Recognition", 2014, arXiv:1406.4729, pool to a given size by maxima.
template <int height, int width = height>
struct AdaptiveAvgPool : LayerBase {
    static constexpr Dims input = image_dims(any_dim, any_dim, any_dim);
    using linear_map = AdaptiveAvgPool;
    static constexpr bool backward_reads_input = false;

    static constexpr Inferred output(Dims in) {
        for (const int size : {height, width})
            if (size < 1) return {FaultKind::size, vector_dims(size), {}};
        return image_dims(in.first, height, width);
    }

    template <class Device, class Mode>
    static void forward(Device device, Mode, const Forward<Mode>& pass) {
        adaptive_avg_pool(device, pooling(pass.in), pass.batch, pass.x, pass.y);
    }

    template <class Device>
    static void backward(Device device, const Backward& pass) {
        if (pass.dx) adaptive_avg_pool_backward(device, pooling(pass.in), pass.batch, pass.dy, pass.dx);
    }

  private:
    static constexpr kernels::AdaptivePoolGeometry pooling(Dims in) {
        return {in.channels(), in.height(), in.width(), height, width};
    }
};

}  // namespace genotype::inline v0_1
