// Pixels that become channels.
#pragma once

#include "genotype/layers/layer.hpp"

namespace genotype::inline v0_1 {

/// (channels, factor * H, factor * W) -> (channels * factor^2, H, W), the way back from `PixelShuffle`: channel
/// c * factor^2 + i * factor + j of pixel (h, w) is pixel (factor h + i, factor w + j) of channel c.
///
/// PyTorch: nn.PixelUnshuffle(factor).
/// Source: Shi et al., "Real-Time Single Image and Video Super-Resolution Using an Efficient Sub-Pixel Convolutional
/// Neural Network", 2016, arXiv:1609.05158.
template <int factor>
struct PixelUnshuffle : LayerBase {
    static constexpr Dims input = image_dims(any_dim, any_dim, any_dim);
    using linear_map = PixelUnshuffle;
    static constexpr bool backward_reads_input = false;

    static constexpr Inferred output(Dims in) {
        if (factor < 1) return {FaultKind::size, vector_dims(factor), {}};
        constexpr int divisor = factor < 1 ? 1 : factor;
        for (const int axis : {1, 2}) {
            if (in[axis] == any_dim) continue;
            if (in[axis] % divisor != 0) return {FaultKind::multiple, in, vector_dims(factor)};
        }
        for (const int axis : {1, 2})
            if (in[axis] != any_dim) in[axis] /= divisor;
        if (in.first != any_dim) in.first *= divisor * divisor;
        return in;
    }

    template <class Device, class Mode>
    static void forward(Device device, Mode, const Forward<Mode>& pass) {
        pixel_shuffle_backward(device, pass.batch, pass.out.height(), pass.out.width(), pass.in.channels(), factor,
                               pass.x, pass.y);
    }

    template <class Device>
    static void backward(Device device, const Backward& pass) {
        if (pass.dx)
            pixel_shuffle(device, pass.batch, pass.out.height(), pass.out.width(), pass.in.channels(), factor, pass.dy,
                          pass.dx);
    }
};

}  // namespace genotype::inline v0_1
