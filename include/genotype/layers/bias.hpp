// Whether a layer with weights adds a learnt number to each output channel, the parameters of such layers, and options
// together.
#pragma once

#include <array>
#include <concepts>

#include "genotype/layers/parameter.hpp"

namespace genotype::inline v0_1 {

/// `Conv<3, 64, 4, 2, 1, Bias>`, `Linear<784, 256, NoBias>`.
struct Bias {};
struct NoBias {};

/// Several options of a layer, in any order: `Conv<64, 64, 3, 1, 2, With<Dilation<2>, Groups<64>, Bias>>`.
template <class... Option>
struct With {};

template <class T>
concept BiasChoice = std::same_as<T, Bias> || std::same_as<T, NoBias>;

namespace detail {

/// `Bias` or `NoBias` of a layer that has no other option, which may stand in a `With`.
template <class Choice>
struct BiasOf {
    using type = Choice;
};
template <class Choice>
struct BiasOf<With<Choice>> {
    using type = Choice;
};

/// The parameters "weight" and, if asked for, "bias" with PyTorch's initial values: U(-1/sqrt(fan_in), 1/sqrt(fan_in)).
template <BiasChoice Choice>
constexpr auto weight_and_bias(Dims weight, AxisOrder order, int out, long fan_in) {
    const Initial initial{Initial::uniform_fan_in, static_cast<float>(fan_in)};
    if constexpr (std::same_as<Choice, Bias>)
        return std::array{Parameter{"weight", weight, initial, order}, Parameter{"bias", vector_dims(out), initial}};
    else
        return std::array{Parameter{"weight", weight, initial, order}};
}

}  // namespace detail
}  // namespace genotype::inline v0_1
