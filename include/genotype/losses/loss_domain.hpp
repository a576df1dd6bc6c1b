// Which numbers a loss is defined for, and the search for one that is not among them.
#pragma once

#include <bit>
#include <cstdint>
#include <cstdio>

#include "genotype/shape/error.hpp"

namespace genotype::inline v0_1 {

/// The targets, or the predictions, that a loss takes: `static constexpr LossDomain targets = LossDomain::unit;`.
enum class LossDomain {
    real,   // any finite number
    unit,   // 0 to 1
    signs,  // 1 or -1
};

namespace detail {

/// The domain of a loss's targets; one that says nothing takes any number.
template <class Loss>
constexpr LossDomain target_domain() {
    if constexpr (requires { Loss::targets; })
        return Loss::targets;
    else
        return LossDomain::real;
}
template <class Loss>
constexpr LossDomain prediction_domain() {
    if constexpr (requires { Loss::predictions; })
        return Loss::predictions;
    else
        return LossDomain::real;
}

/// Whether a float of these bits is outside. Of integers alone, so that no compiler's option for fast arithmetic
/// changes what becomes of NaN.
constexpr bool is_outside(LossDomain domain, std::int32_t bits) {
    constexpr std::int32_t one = 0x3f800000, infinite = 0x7f800000, minus_zero = INT32_MIN;
    switch (domain) {
        case LossDomain::unit:
            return (bits > one) | ((bits < 0) & (bits != minus_zero));
        case LossDomain::signs:
            return (bits & INT32_MAX) != one;
        default:
            return (bits & infinite) == infinite;
    }
}

template <LossDomain domain>
bool any_outside(long count, const float* values) {
    int found = 0;
#pragma omp simd reduction(| : found)
    for (long i = 0; i < count; ++i) found |= is_outside(domain, std::bit_cast<std::int32_t>(values[i]));
    return found != 0;
}

/// Throws `Error` where one of `batch` * `values` numbers in the host's memory is outside: `expected` says what to do.
[[gnu::noinline]] inline void check_domain(LossDomain domain, int batch, long values, const float* numbers,
                                           const TextPiece& where, const TextPiece& what, const TextPiece& expected) {
    const long count = batch * values;
    const bool outside = domain == LossDomain::unit    ? any_outside<LossDomain::unit>(count, numbers)
                         : domain == LossDomain::signs ? any_outside<LossDomain::signs>(count, numbers)
                                                       : any_outside<LossDomain::real>(count, numbers);
    if (!outside) return;
    long at = 0;
    while (!is_outside(domain, std::bit_cast<std::int32_t>(numbers[at]))) ++at;
    char found[32];
    std::snprintf(found, sizeof found, "%.9g", static_cast<double>(numbers[at]));
    fail(where, concat(what.text(), " ", at % values, " of sample ", at / values), static_cast<const char*>(found),
         expected);
}

/// The same for targets.
inline void check_target_domain(LossDomain domain, int batch, long values, const float* numbers,
                                const TextPiece& where) {
    check_domain(domain, batch, values, numbers, where, "value",
                 domain == LossDomain::unit
                     ? "0 to 1, of which alone there is a binary cross-entropy: take Range{0, 1} for the Dataset, or a "
                       "loss for any number, such as MSE"
                 : domain == LossDomain::signs ? "1 or -1, which are the targets of a hinge loss"
                                               : "a finite number, for nothing is learnt from another");
}

}  // namespace detail
}  // namespace genotype::inline v0_1
