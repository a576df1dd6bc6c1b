// A norm's epsilon from a model's sizes.
#pragma once

#include <ratio>
#include <type_traits>

namespace genotype::detail {

/// A float in the form of a quotient.
template <float value>
struct QuotientOf {
    static constexpr double num = static_cast<double>(value), den = 1;
};

/// The type that a norm takes its epsilon as: its default one where that is what is asked for.
template <float epsilon>
using NormEpsilon = std::conditional_t<epsilon == 1e-5f, std::ratio<1, 100'000>, QuotientOf<epsilon>>;

}  // namespace genotype::detail
