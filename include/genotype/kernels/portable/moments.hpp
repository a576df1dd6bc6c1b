// Mean and variance from one pass over the values, and per-sample sums where a kernel is given no scratch for them.
#pragma once

#include "genotype/kernels/portable/each.hpp"

namespace genotype::inline v0_1::kernels::detail {

/// A value's share of the sums behind mean and variance. The origin is one of the values: sums of differences from it
/// keep their digits where the mean is far away, and equal values have no variance at all.
constexpr Sums<2> powers(float x, float origin) {
    const double apart = static_cast<double>(x) - origin;
    return {{apart, apart * apart}};
}

/// Mean, less the origin, and sum of squared deviations.
struct Moments {
    double mean, squares;
};

constexpr Moments moments_of(const Sums<2>& powers, long values) {
    const double mean = powers.values[0] / static_cast<double>(values);
    const double squares = powers.values[1] - powers.values[0] * mean;
    return {mean, squares < 0 ? 0 : squares};
}

/// What a norm takes of a sample's values.
struct Normal {
    float mean, inverse;  // 1 / standard deviation
};

}  // namespace genotype::inline v0_1::kernels::detail
