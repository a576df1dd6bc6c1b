// Squared norms of the gradients of single samples, without a gradient for each: what private training clips by.
#pragma once

#include <type_traits>

#include "genotype/kernels/math.hpp"
#include "genotype/layers/sample_norms.hpp"
#include "genotype/model/residual.hpp"
#include "genotype/model/workspace.hpp"
#include "genotype/shape/report.hpp"

namespace genotype {
namespace detail {

struct ClipFactor {
    float longest;

    template <class V>
    constexpr V operator()(V squared_norm) const {
        return min(V(longest) / (sqrt(squared_norm) + V(1e-6f)), V(1.f));
    }
};
struct Scale {
    template <class V>
    constexpr void operator()(V factor, V& x) const {
        x = x * factor;
    }
};

struct HasSampleNorms {
    using fault = void;
};
template <class L, class Why>
struct NoSampleNorms {
    using fault = why::layer_has_no_gradients_of_single_samples<why::layer<L>, Why>;
};
template <class L, class Reason, class Hint>
struct NoSampleNorms<L, why::because<Reason, Hint>> {
    using fault = why::layer_has_no_gradients_of_single_samples_because<why::layer<L>, Reason, Hint>;
};

/// The first layer that has no norms of single samples.
template <class L>
constexpr auto leaf_sample_norms() {
    if constexpr (requires { typename L::no_sample_norms; })
        return NoSampleNorms<L, typename L::no_sample_norms>{};
    else if constexpr (!Layer<L> || Combinator<L>)
        return HasSampleNorms{};
    else if constexpr (L::parameters.size() > 0 && !requires { typename L::sample_norms; })
        return NoSampleNorms<L, why::hint_say_using_sample_norms_SingleGradients_where_samples_are_separate>{};
    else
        return HasSampleNorms{};
}
template <class L>
struct SampleNormsOf : decltype(leaf_sample_norms<L>()) {};

template <class... L>
struct FirstFault : HasSampleNorms {};
template <class First, class... Rest>
struct FirstFault<First, Rest...> : std::conditional_t<std::is_void_v<typename SampleNormsOf<First>::fault>,
                                                       FirstFault<Rest...>, SampleNormsOf<First>> {};
template <template <class...> class C, class... L>
requires Combinator<C<L...>>
struct SampleNormsOf<C<L...>> : FirstFault<L...> {
};
template <class... L>
struct SampleNormsOf<Projection<L...>> : FirstFault<L...> {};
template <template <int, class...> class C, int N, class... L>
requires Combinator<C<N, L...>>
struct SampleNormsOf<C<N, L...>> : FirstFault<L...> {
};

}  // namespace detail

/// Another device for training, on which a workspace can say how long the gradient of each single sample is
/// (`Workspace::squared_norms`), by one more backward pass. All else is as on `Device`, whose models it runs:
///
///     Workspace<Net, In, Training, SampleNorms<Cpu>> run(64);
///     const auto y = run.forward(model, x);
///     run.squared_norms(model, x, dy, norms);                            // a float a sample
///     clip_samples(Cpu{}, 64, Out::count, norms, 1.f, dy);
///     run.backward(model, x, dy, {.gradients = gradients});              // the sum of the clipped gradients
///
/// A layer with parameters says how its norms are worked out: `using sample_norms = SingleGradients;`, or a struct of
/// its own with `scratch<L, Device>(Dims in)` and `add_squared_norms<L>(device, pass, norms)`, which adds to a vector
/// of `batch` floats and is called before the layer's own backward; or why it has none, as `no_sample_norms`, a
/// `why::because<Reason, Hint>`. A network with a layer that has none, or whose samples depend on one another, does not
/// compile. A sample is a row of the batch.
///
/// Opacus: GradSampleModule's norms by "ghost clipping".
/// Sources: Goodfellow, "Efficient per-example gradient computations", 2015, arXiv:1510.01799; Li et al., "Large
/// language models can be strong differentially private learners" (ICLR 2022).
template <class Device>
struct SampleNorms : Device {
    // A norm and a modulation have norms of their own.
    static constexpr bool modulates_norms = false;

    float* norms = nullptr;  // during a run of `squared_norms`

    template <class Net>
    static consteval auto verdict() {
        using Fault = typename detail::SampleNormsOf<Net>::fault;
        if constexpr (std::is_void_v<Fault>)
            return why::no_fault<Net>{};
        else
            return Fault{};
    }

    template <Layer L, class Mode>
    static constexpr LayerMemory memory_beside(Dims in) {
        LayerMemory memory = L::template memory<SampleNorms, Mode>(in);
        if constexpr (counted<L> && std::is_same_v<Mode, Training>)
            memory.backward_scratch =
                larger(memory.backward_scratch, L::sample_norms::template scratch<L, SampleNorms>(in));
        return memory;
    }

    template <Layer L>
    void before_backward(const Backward& pass) const {
        if constexpr (counted<L>)
            if (norms) L::sample_norms::template add_squared_norms<L>(*this, pass, norms);
    }

  private:
    template <class L>
    static constexpr bool counted = requires {
        typename L::sample_norms;
    };
};

/// Multiplies dy of each of `batch` samples, `count` values, by min(1, longest / norm), so that the sample's gradient
/// is no longer than `longest`. `norms` has the squared norms, and then the factors. Opacus: DPOptimizer's
/// `per_sample_clip_factor`.
template <class Device>
void clip_samples(Device device, int batch, long count, float* norms, float longest, float* dy) {
    map(device, batch, detail::ClipFactor{longest}, norms, static_cast<const float*>(norms));
    update_rows(device, batch, count, detail::Scale{}, static_cast<const float*>(norms), dy);
}

}  // namespace genotype
