// Enlargement by repeated pixels.
#pragma once

#include "genotype/layers/layer.hpp"

namespace genotype {

/// (channels, H, W) -> (channels, factor * H, factor * W), each pixel a square of equal ones.
///
/// PyTorch: nn.Upsample(scale_factor=factor, mode='nearest').
/// Source: Odena, Dumoulin and Olah, "Deconvolution and Checkerboard Artifacts", Distill, 2016.
template <int factor>
struct Upsample : LayerBase {
    static constexpr Dims input = picture_dims(any_dim, any_dim, any_dim);
    static constexpr bool backward_reads_input = false;

    static constexpr Inferred output(Dims in) {
        if (factor < 1) return {FaultKind::size, vector_dims(factor), {}};
        for (const int axis : {1, 2})
            if (in[axis] != any_dim) in[axis] *= factor;
        return in;
    }

    template <class Device, class Mode>
    static void forward(Device device, Mode, const Forward<Mode>& pass) {
        upsample_nearest(device, pass.batch, pass.in.height(), pass.in.width(), pass.in.channels(), factor, pass.x,
                         pass.y);
    }

    template <class Device>
    static void backward(Device device, const Backward& pass) {
        if (pass.dx)
            upsample_nearest_backward(device, pass.batch, pass.in.height(), pass.in.width(), pass.in.channels(), factor,
                                      pass.dy, pass.dx);
    }
};

}  // namespace genotype
