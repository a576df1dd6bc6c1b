// Channels that become pixels.
#pragma once

#include "genotype/layers/layer.hpp"

namespace genotype::inline v0_1 {

/// (channels * factor^2, H, W) -> (channels, factor * H, factor * W): pixel (factor h + i, factor w + j) of channel c
/// is channel c * factor^2 + i * factor + j of pixel (h, w).
///
/// PyTorch: nn.PixelShuffle(factor).
/// Source: Shi et al., "Real-Time Single Image and Video Super-Resolution Using an Efficient Sub-Pixel Convolutional
/// Neural Network", 2016, arXiv:1609.05158.
template <int factor>
struct PixelShuffle : LayerBase {
    static constexpr Dims input = image_dims(any_dim, any_dim, any_dim);
    using linear_map = PixelShuffle;
    static constexpr bool backward_reads_input = false;

    static constexpr Inferred output(Dims in) {
        if (factor < 1) return {FaultKind::size, vector_dims(factor), {}};
        constexpr int square = factor < 1 ? 1 : factor * factor;
        if (in.first != any_dim) {
            if (in.first % square != 0) return {FaultKind::groups, in, vector_dims(square)};
            in.first /= square;
        }
        for (const int axis : {1, 2})
            if (in[axis] != any_dim) in[axis] *= factor;
        return in;
    }

    template <class Device, class Mode>
    static void forward(Device device, Mode, const Forward<Mode>& pass) {
        pixel_shuffle(device, pass.batch, pass.in.height(), pass.in.width(), pass.out.channels(), factor, pass.x,
                      pass.y);
    }

    template <class Device>
    static void backward(Device device, const Backward& pass) {
        if (pass.dx)
            pixel_shuffle_backward(device, pass.batch, pass.in.height(), pass.in.width(), pass.out.channels(), factor,
                                   pass.dy, pass.dx);
    }
};

}  // namespace genotype::inline v0_1
