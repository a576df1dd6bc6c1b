// What a norm's type can say beside its sizes.
#pragma once

#include <ratio>

#include "genotype/layers/bias.hpp"
#include "genotype/shape/fault.hpp"

namespace genotype::inline v0_1 {

/// Of a norm: what is added to the variance. `RMSNorm<576, Epsilon<1e-6f>>`, `GroupNormWith<Epsilon<1e-6f>, 8, 64>`.
/// PyTorch's `eps`.
template <float value>
struct Epsilon {};

/// Of a `BNWith`: the share of a batch in the running statistics. PyTorch's `momentum`.
template <float value>
struct Momentum {};

namespace detail {

/// All that the options say. Counts how often each is given.
struct NormOptions {
    bool bias = true;
    float epsilon = 1e-5f, momentum = 0.1f;
    int biases = 0, epsilons = 0, momentums = 0, others = 0;

    constexpr ShapeFault fault(bool chooses_bias) const {
        if (others + momentums > 0 || (!chooses_bias && biases > 0)) return {FaultKind::option, {}, {}};
        if (biases > 1 || epsilons > 1) return {FaultKind::option_twice, {}, {}};
        if (!(epsilon >= 0)) return {FaultKind::epsilon, {}, {}};
        return {};
    }
};

constexpr void read_option(NormOptions& options, Bias) {
    ++options.biases;
}
constexpr void read_option(NormOptions& options, NoBias) {
    options.bias = false;
    ++options.biases;
}
template <float value>
constexpr void read_option(NormOptions& options, Epsilon<value>) {
    options.epsilon = value;
    ++options.epsilons;
}
template <float value>
constexpr void read_option(NormOptions& options, Momentum<value>) {
    options.momentum = value;
    ++options.momentums;
}
// A quotient is an epsilon of older programs, and of files' names.
template <std::intmax_t numerator, std::intmax_t denominator>
constexpr void read_option(NormOptions& options, std::ratio<numerator, denominator>) {
    options.epsilon = static_cast<float>(static_cast<double>(numerator) / denominator);
    ++options.epsilons;
}
template <class Other>
constexpr void read_option(NormOptions& options, Other) {
    ++options.others;
}
template <class... Option>
constexpr void read_option(NormOptions& options, With<Option...>) {
    (read_option(options, Option{}), ...);
}

template <class Choice>
constexpr NormOptions norm_options() {
    NormOptions options;
    read_option(options, Choice{});
    return options;
}

}  // namespace detail
}  // namespace genotype::inline v0_1
