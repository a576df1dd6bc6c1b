// Mean and variance from one pass over the values, and per-sample sums where a kernel is given no scratch for them.
#pragma once

#include "genotype/kernels/thrust/each.hpp"

namespace genotype::detail {

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

/// to[sample][i] = make(sample, i, sums of the sample) for samples of `size` values, where the `count` sums of each
/// stand in its first places in `to`. `to` may not be what make reads.
template <int count, class System, class Make>
void replace_sums(Thrust<System> device, long samples, long size, float* to, Make make) {
    const long others = size - count;
    each_value(device, samples * others, [=] GENOTYPE_BOTH(long at) mutable {
        const long sample = at / others, i = count + at % others;
        to[sample * size + i] = make(sample, i, to + sample * size);
    });
    each(device, samples, [=] GENOTYPE_BOTH(long sample) mutable {
        float sums[count];
        for (int i = 0; i < count; ++i) sums[i] = to[sample * size + i];
        for (int i = 0; i < count; ++i) to[sample * size + i] = make(sample, i, sums);
    });
}

}  // namespace genotype::detail
