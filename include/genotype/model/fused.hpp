// Neighbours in a chain that run as one layer, found by their types.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <utility>

#include "genotype/kernels/product_end.hpp"
#include "genotype/layers/layer.hpp"
#include "genotype/model/pack.hpp"
#include "genotype/model/run.hpp"

namespace genotype {

/// A layer whose forward and backward take an activation as a further argument, and apply it in the same pass over
/// memory: its `function_of_input()` is given.
template <class L>
concept AppliesActivation = Layer<L> && L::applies_activation;

template <class L>
concept ElementwiseActivation = Layer<L> && requires {
    L::function_of_input();
};

/// A layer whose forward is one product, and takes a `ProductEnd` as a further argument.
template <class L>
concept ProductLayer = Layer<L> && L::is_product;

/// Whether L's forward adds `added` to what comes out.
template <class L, class Device>
inline constexpr bool adds_to_output = ProductLayer<L>&& kernels::finishes_products<Device>;

/// A layer and the activation behind it. What lies between them is never written to memory.
template <AppliesActivation L, ElementwiseActivation A>
struct Fused : L {
    static constexpr Inferred output(Dims in) { return infer<L>(in); }

    template <class Device, class Mode>
    static void forward(Device device, Mode mode, const Forward<Mode>& pass) {
        L::forward(device, mode, pass, A::function_of_input());
    }
    template <class Device>
    static void backward(Device device, const Backward& pass) {
        L::backward(device, pass, A::function_of_input());
    }
    /// For norms of single samples, see layers/modulate.hpp.
    template <class Device>
    static void scale_gradients(Device device, const Backward& pass, float* to) {
        L::scale_gradients(device, pass, to, A::function_of_input());
    }
};

/// A product and the activation behind it, on a device whose products apply it. The product's own values are written
/// only where the activation's slope is a function of them.
template <ProductLayer L, ElementwiseActivation A>
struct FusedProduct : L {
    static constexpr bool backward_reads_output = A::backward_reads_output;

    static constexpr Inferred output(Dims in) { return infer<L>(in); }

    /// Also what the activation reads in backward, and the gradient between the two.
    template <class Device, class Mode>
    static constexpr LayerMemory memory(Dims in) {
        LayerMemory memory = L::template memory<Device, Mode>(in);
        if constexpr (std::same_as<Mode, Training>) {
            const MemoryExtent between{aligned(output_dims<L>(in).count()), 0};
            if (A::backward_reads_input) memory.kept = between + memory.kept;
            memory.backward_scratch = between + memory.backward_scratch;
        }
        return memory;
    }

    template <class Device, class Mode>
    static void forward(Device device, Mode mode, const Forward<Mode>& pass) {
        constexpr bool keeps = std::same_as<Mode, Training> && A::backward_reads_input;
        const auto function = A::function_of_input();
        L::forward(device, mode, pass, kernels::ProductEnd{function, keeps ? pass.kept.per_sample : nullptr, nullptr});
    }
    template <class Device>
    static void backward(Device device, const Backward& pass) {
        float* const between = pass.scratch.per_sample;
        const LayerSlice behind{.scratch = {aligned(pass.out.count()), 0}};
        const float* const input = A::backward_reads_input ? pass.kept.per_sample : pass.x;
        A::backward(device, pass.child({}, pass.out, pass.out, {input, pass.y, pass.dy, between}));
        L::backward(device, pass.child(behind, pass.in, pass.out, {pass.x, pass.y, between, pass.dx}));
    }
};

namespace detail {

template <std::size_t count>
struct FusedSteps {
    std::size_t steps = 0;
    std::array<int, count> first{};  // of each step, its first layer
    std::array<bool, count> pair{};  // and whether the next layer is in it
};

template <class L, class Device>
inline constexpr bool applies_activation = AppliesActivation<L> ||
                                           (ProductLayer<L> && kernels::finishes_products<Device>);

template <class Device, class... L>
constexpr auto fused_steps() {
    constexpr std::size_t count = sizeof...(L);
    constexpr std::array<bool, count> applies{applies_activation<L, Device>...}, activates{ElementwiseActivation<L>...};
    FusedSteps<count> found;
    for (std::size_t layer = 0; layer < count; ++layer) {
        const std::size_t step = found.steps++;
        found.first[step] = static_cast<int>(layer);
        found.pair[step] = layer + 1 < count && applies[layer] && activates[layer + 1];
        if (found.pair[step]) ++layer;
    }
    return found;
}

template <int first, bool pair, class... L>
struct FusedStep {
    using type = nth<first, L...>;
};
template <class L, class A>
struct FusedPair {
    using type = FusedProduct<L, A>;
};
template <AppliesActivation L, class A>
struct FusedPair<L, A> {
    using type = Fused<L, A>;
};
template <int first, class... L>
struct FusedStep<first, true, L...> : FusedPair<nth<first, L...>, nth<first + 1, L...>> {};

/// The layers that a chain runs, some of them two in one.
template <class... L>
struct Steps {
    static constexpr std::size_t size = sizeof...(L);
};

template <class Device, class... L>
inline constexpr auto fusion = fused_steps<Device, L...>();

template <class Device, class... L, std::size_t... I>
auto fuse(Steps<L...>, std::index_sequence<I...>)
    -> Steps<typename FusedStep<fusion<Device, L...>.first[I], fusion<Device, L...>.pair[I], L...>::type...>;

template <class Device, class... L>
using FusedChain = decltype(fuse<Device>(Steps<L...>{}, std::make_index_sequence<fusion<Device, L...>.steps>{}));

template <class Device, class... Step>
constexpr bool last_adds(Steps<Step...>) {
    return adds_to_output<nth<static_cast<int>(sizeof...(Step)) - 1, Step...>, Device>;
}

}  // namespace detail
}  // namespace genotype
