// BN, GroupNorm and InstanceNorm with options in front of their sizes: other words for the same types.
#pragma once

#include "genotype/layers/batch_norm.hpp"
#include "genotype/layers/group_norm.hpp"
#include "genotype/layers/instance_norm.hpp"
#include "genotype/layers/norm_options.hpp"
#include "genotype/shape/report.hpp"

namespace genotype::inline v0_1 {
namespace detail {

/// What options make of `Plain`, the norm without any: `Numbers::with<numbers...>`, the norm with these behind its
/// sizes, or the sentence about the options.
template <class Plain, class Numbers, class Choice, bool has_momentum>
consteval auto norm_with_verdict() {
    constexpr NormOptions options = norm_options<Choice>();
    if constexpr (options.others > 0 || options.biases > 0 || (!has_momentum && options.momentums > 0))
        return why::layer_has_no_such_option<why::At<>, why::layer<Plain>>{};
    else if constexpr (options.epsilons > 1 || options.momentums > 1)
        return why::option_is_given_twice<why::At<>, why::layer<Plain>>{};
    else if constexpr (options.momentums > 0)
        return why::no_fault<typename Numbers::template with<options.epsilon, options.momentum>>{};
    else if constexpr (options.epsilons > 0)
        return why::no_fault<typename Numbers::template with<options.epsilon>>{};
    else
        return why::no_fault<Plain>{};
}

template <int channels>
struct BNNumbers {
    template <float... numbers>
    using with = BN<channels, numbers...>;
};
template <int groups, int channels>
struct GroupNormNumbers {
    template <float... numbers>
    using with = GroupNorm<groups, channels, numbers...>;
};
template <int channels>
struct InstanceNormNumbers {
    template <float epsilon, float...>
    using with = InstanceNorm<channels, epsilon>;
};

}  // namespace detail

/// `BN` with an option, or several: `BNWith<Epsilon<1e-3f>, 256>` is `BN<256, 1e-3f>`, with its name in files, and
/// `BNWith<With<Momentum<0.01f>, Epsilon<1e-3f>>, 256>` is `BN<256, 1e-3f, 0.01f>`. PyTorch: nn.BatchNorm2d(256, eps,
/// momentum).
template <class Choice, int channels>
using BNWith =
    typename decltype(detail::norm_with_verdict<BN<channels>, detail::BNNumbers<channels>, Choice, true>())::model;

/// `GroupNorm` with an option: `GroupNormWith<Epsilon<1e-6f>, 8, 64>` is `GroupNorm<8, 64, 1e-6f>`. PyTorch:
/// nn.GroupNorm(8, 64, eps).
template <class Choice, int groups, int channels>
using GroupNormWith =
    typename decltype(detail::norm_with_verdict<GroupNorm<groups, channels>, detail::GroupNormNumbers<groups, channels>,
                                                Choice, false>())::model;

/// `InstanceNorm` with an option: `InstanceNormWith<Epsilon<1e-3f>, 64>` is `InstanceNorm<64, 1e-3f>`. PyTorch:
/// nn.InstanceNorm2d(64, eps).
template <class Choice, int channels>
using InstanceNormWith =
    typename decltype(detail::norm_with_verdict<InstanceNorm<channels>, detail::InstanceNormNumbers<channels>, Choice,
                                                false>())::model;

}  // namespace genotype::inline v0_1
