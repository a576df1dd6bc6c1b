// Enlargement by repeated pixels, or by mixed ones.
#pragma once

#include <concepts>

#include "genotype/layers/layer.hpp"

namespace genotype::inline v0_1 {
namespace detail {

/// (channels, H, W) -> (channels, factor * H, factor * W).
template <int factor>
struct Enlargement : LayerBase {
    static constexpr Dims input = image_dims(any_dim, any_dim, any_dim);
    static constexpr bool backward_reads_input = false;

    static constexpr Inferred output(Dims in) {
        if (factor < 1) return {FaultKind::size, vector_dims(factor), {}};
        for (const int axis : {1, 2})
            if (in[axis] != any_dim) in[axis] *= factor;
        return in;
    }
};

}  // namespace detail

/// What `Upsample` mixes its pixels from: the four around them. PyTorch: mode='bilinear'.
struct Bilinear {};

/// (channels, H, W) -> (channels, factor * H, factor * W). `Upsample<factor>` makes of each pixel a square of equal
/// ones. `Upsample<factor, Bilinear>` lays the squares' middles where the pixels' were and mixes each new pixel from
/// the four around it by their distance; beyond the middles of the pixels at the border these alone count.
///
/// PyTorch: nn.Upsample(scale_factor=factor, mode='nearest'); mode='bilinear', align_corners=False.
/// Source: Odena, Dumoulin and Olah, "Deconvolution and Checkerboard Artifacts", Distill, 2016.
template <int factor, class... Mode>
requires(sizeof...(Mode) <= 1 && (std::same_as<Mode, Bilinear> && ...)) struct Upsample;

template <int factor>
struct Upsample<factor> : detail::Enlargement<factor> {
    using linear_map = Upsample;

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

template <int factor>
struct Upsample<factor, Bilinear> : detail::Enlargement<factor> {
    using linear_map = Upsample;

    template <class Device, class Mode>
    static void forward(Device device, Mode, const Forward<Mode>& pass) {
        upsample_bilinear(device, pass.batch, pass.in.height(), pass.in.width(), pass.in.channels(), factor, pass.x,
                          pass.y);
    }

    template <class Device>
    static void backward(Device device, const Backward& pass) {
        if (pass.dx)
            upsample_bilinear_backward(device, pass.batch, pass.in.height(), pass.in.width(), pass.in.channels(),
                                       factor, pass.dy, pass.dx);
    }
};

}  // namespace genotype::inline v0_1
