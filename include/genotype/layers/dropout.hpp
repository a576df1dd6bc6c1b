// Dropout.
#pragma once

#include <concepts>

#include "genotype/kernels/functions.hpp"
#include "genotype/layers/layer.hpp"
#include "genotype/shape/error.hpp"

namespace genotype::inline v0_1 {

namespace detail {

struct Multiply {
    template <class V>
    constexpr V operator()(V left, V right) const {
        return left * right;
    }
};

}  // namespace detail

/// In training each value is 0 with this probability, otherwise divided by 1 - probability; in inference nothing
/// happens. PyTorch: nn.Dropout(probability).
/// Source: Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting" (JMLR 2014).
template <float probability = 0.5f>
requires(probability >= 0 && probability <= 1) struct Dropout : LayerBase {
    static constexpr bool backward_reads_input = false;
    static constexpr bool in_place = true;

    static constexpr Inferred output(Dims in) { return in; }

    /// Saved: for each value what it was multiplied by.
    template <class Device, class Mode>
    static constexpr LayerMemory memory(Dims in) {
        LayerMemory memory;
        if (std::same_as<Mode, Training>) memory.saved.per_sample = in.count();
        return memory;
    }

    template <class Device, class Mode>
    static void forward(Device device, Mode, const Forward<Mode>& call) {
        const long n = call.batch * call.in.count();
        if constexpr (std::same_as<Mode, Training>) {
            if (!call.random) fail("Dropout", "random state", "none", "one, the last argument of the forward run");
            constexpr float scale = probability < 1 ? 1 / (1 - probability) : 0;
            fill_keep_mask(device, n, call.random->take(n), probability, scale, call.saved.per_sample);
            map(device, n, detail::Multiply{}, call.y, call.x, static_cast<const float*>(call.saved.per_sample));
        } else if (call.y != call.x) {
            map(device, n, kernels::Identity{}, call.y, call.x);
        }
    }

    template <class Device>
    static void backward(Device device, const Backward& call) {
        if (!call.dx) return;
        map(device, call.batch * call.in.count(), detail::Multiply{}, call.dx, call.dy,
            static_cast<const float*>(call.saved.per_sample));
    }

    /// What is dropped is dropped from the tangent too.
    template <class Device>
    static void tangent(Device device, const Tangent& call) {
        map(device, call.run.batch * call.run.in.count(), detail::Multiply{}, call.ty, call.tx,
            static_cast<const float*>(call.run.saved.per_sample));
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
