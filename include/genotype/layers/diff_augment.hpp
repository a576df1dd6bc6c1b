// Differentiable augmentation of what a discriminator looks at.
#pragma once

#include <concepts>

#include "genotype/kernels/augmentation.hpp"
#include "genotype/kernels/functions.hpp"
#include "genotype/layers/layer.hpp"
#include "genotype/shape/error.hpp"

namespace genotype::inline v0_1 {

/// (channels, H, W) to the same, as the first layer of a discriminator: in training each image, real or generated, is
/// made brighter or darker by up to `brightness` / 2, moved by up to `translation` of its sides with 0 where nothing
/// was, and has a square of `cutout` of its sides, somewhere, set to 0; in inference nothing happens. A share of 0
/// leaves that out. The generator learns through it, so it does not learn to draw what is augmented. Draws are those of
/// the layers, the same for any number of threads.
///
///     using Discriminator = Sequential<DiffAugment<>, Conv<3, 64, 4, 2, 1>, ...>;
///
/// PyTorch: DiffAugment(x, policy='color,translation,cutout') of the paper's code, without saturation and contrast.
/// Source: Zhao, Liu, Lin, Zhu, Han, "Differentiable augmentation for data-efficient GAN training" (NeurIPS 2020),
/// arXiv:2006.10738.
template <float translation = 0.125f, float cutout = 0.5f, float brightness = 1.f>
requires(translation >= 0 && translation <= 1 && cutout >= 0 && cutout <= 1 && brightness >= 0) struct DiffAugment
    : LayerBase {
    static constexpr bool backward_reads_input = false;
    static constexpr Dims input{3, any, any, any};

    static constexpr Inferred output(Dims in) {
        if (const ShapeFault fault = compare(in, input)) return fault;
        return in;
    }

    /// Saved: the draws of each image.
    template <class Device, class Mode>
    static constexpr LayerMemory memory(Dims) {
        LayerMemory memory;
        if (std::same_as<Mode, Training>) memory.saved.per_sample = kernels::Augmentation::draws;
        return memory;
    }

    template <class Device, class Mode>
    static void forward(Device device, Mode, const Forward<Mode>& call) {
        if constexpr (std::same_as<Mode, Training>) {
            if (!call.random) fail("DiffAugment", "random state", "none", "one, the last argument of the forward run");
            const long draws = static_cast<long>(call.batch) * kernels::Augmentation::draws;
            fill_uniform(device, draws, call.random->take(draws), 0, 1, call.saved.per_sample);
            augment(device, call.batch, of(call.in), call.saved.per_sample, true, call.x, call.y);
        } else {
            map(device, call.batch * call.in.count(), kernels::Identity{}, call.y, call.x);
        }
    }

    template <class Device>
    static void backward(Device device, const Backward& call) {
        if (call.dx) augment_backward(device, call.batch, of(call.in), call.saved.per_sample, call.dy, call.dx);
    }

    /// A tangent is moved and cut as its image.
    template <class Device>
    static void tangent(Device device, const Tangent& call) {
        augment(device, call.run.batch, of(call.run.in), call.run.saved.per_sample, false, call.tx, call.ty);
    }
    template <class Device>
    static void tangent_backward(Device device, const TangentBackward& call) {
        backward(device, call.run);
        Backward along = call.run;
        along.dy = call.dty;
        along.dx = call.dtx;
        backward(device, along);
    }

  private:
    static constexpr kernels::Augmentation of(Dims in) {
        return {in.height(), in.width(), in.channels(), translation, cutout, brightness};
    }
};

}  // namespace genotype::inline v0_1
