// Neighbours in a chain that run as one layer, found by their types.
#pragma once

#include <array>
#include <cstddef>
#include <utility>

#include "genotype/layers/layer.hpp"
#include "genotype/model/pack.hpp"

namespace genotype {

/// A layer whose forward and backward take an activation as a further argument, and apply it in the same pass over
/// memory: its `function_of_input()` is given.
template <class L>
concept AppliesActivation = Layer<L> && L::applies_activation;

template <class L>
concept ElementwiseActivation = Layer<L> && requires {
    L::function_of_input();
};

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
};

namespace detail {

template <int count>
struct FusedSteps {
    int steps = 0;
    std::array<int, count> first{};  // of each step, its first layer
    std::array<bool, count> pair{};  // and whether the next layer is in it
};

template <class... L>
constexpr auto fused_steps() {
    constexpr int count = sizeof...(L);
    constexpr std::array<bool, count> applies{AppliesActivation<L>...}, activates{ElementwiseActivation<L>...};
    FusedSteps<count> found;
    for (int layer = 0; layer < count; ++layer) {
        const auto step = static_cast<std::size_t>(found.steps++), at = static_cast<std::size_t>(layer);
        found.first[step] = layer;
        found.pair[step] = layer + 1 < count && applies[at] && activates[at + 1];
        if (found.pair[step]) ++layer;
    }
    return found;
}

template <int first, bool pair, class... L>
struct FusedStep {
    using type = nth<first, L...>;
};
template <int first, class... L>
struct FusedStep<first, true, L...> {
    using type = Fused<nth<first, L...>, nth<first + 1, L...>>;
};

/// The layers that a chain runs.
template <class... L>
struct Chain {
    static constexpr std::size_t size = sizeof...(L);
};

template <class... L>
inline constexpr auto fusion = fused_steps<L...>();

template <class... L, std::size_t... I>
auto fuse(Chain<L...>, std::index_sequence<I...>)
    -> Chain<typename FusedStep<fusion<L...>.first[I], fusion<L...>.pair[I], L...>::type...>;

template <class... L>
using FusedChain =
    decltype(fuse(Chain<L...>{}, std::make_index_sequence<static_cast<std::size_t>(fusion<L...>.steps)>{}));

}  // namespace detail
}  // namespace genotype
