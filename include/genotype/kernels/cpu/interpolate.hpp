// The straight way from one batch to another: samples are shared out to threads.
#pragma once

#include "genotype/kernels/cpu/simd/chunks.hpp"
#include "genotype/kernels/cpu/simd/ranges.hpp"
#include "genotype/kernels/device.hpp"

namespace genotype::inline v0_1::kernels {
namespace detail {

struct Interpolated {
    float t;

    template <class V>
    constexpr void operator()(V from, V to, V& y, V& velocity) const {
        velocity = to - from;
        y = from + V(t) * velocity;
    }
};

}  // namespace detail

/// See the reference's.
template <class = void>
inline void interpolate(Cpu, int batch, long count, const float* t, const float* from, const float* to, float* y,
                        float* velocity) {
#pragma omp parallel for schedule(static) if (batch * count >= detail::parallel_values)
    for (int sample = 0; sample < batch; ++sample) {
        const long at = sample * count;
        detail::update_range(detail::Interpolated{t[sample]}, count, from + at, to + at, y + at, velocity + at);
    }
}

}  // namespace genotype::inline v0_1::kernels
