// Root-mean-square norm on the processor: samples, and for the weight's gradient columns, are shared out to threads.
#pragma once

#include <algorithm>
#include <cmath>

#include "genotype/kernels/cpu/norm/normalization_layer.hpp"

namespace genotype::inline v0_1::kernels {

/// y = x * inverse * weight, inverse = 1 / sqrt(mean(x^2) + epsilon) of each sample of `size` values. weight (size);
/// inverses (samples), or null where they are not requested.
template <class = void>
inline void rms_norm(Cpu, long samples, long size, const float* x, const float* weight, float epsilon, float* inverses,
                     float* y) {
    const float share = 1 / static_cast<float>(size);
#pragma omp parallel for schedule(static) if (samples * size > 16384)
    for (long sample = 0; sample < samples; ++sample) {
        const float* const from = x + sample * size;
        float* const to = y + sample * size;
        const float squares = detail::sum_over_row(size, [&](long at, auto part) {
            const Vector value = part.load(from + at);
            return value * value;
        });
        const float inverse = 1 / std::sqrt(squares * share + epsilon);
        if (inverses) inverses[sample] = inverse;
        detail::for_each_vector(size, [&](long at, auto part) {
            part.store(part.load(from + at) * Vector(inverse) * part.load(weight + at), to + at);
        });
    }
}

/// Backward with the inverses of forward. Null: dx, or dweight.
template <class = void>
inline void rms_norm_backward(Cpu, long samples, long size, const float* x, const float* dy, const float* weight,
                              const float* inverses, float* dx, float* dweight, bool accumulate) {
    const float share = 1 / static_cast<float>(size);
    if (dx) {
#pragma omp parallel for schedule(static) if (samples * size > 16384)
        for (long sample = 0; sample < samples; ++sample) {
            const float* const from = x + sample * size;
            const float* const derivatives = dy + sample * size;
            float* const to = dx + sample * size;
            const Vector inverse(inverses[sample]);
            const Vector product_mean(share * detail::sum_over_row(size, [&](long at, auto part) {
                                          return part.load(weight + at) * part.load(derivatives + at) *
                                                 (part.load(from + at) * inverse);
                                      }));
            detail::for_each_vector(size, [&](long at, auto part) {
                const Vector normalised = part.load(from + at) * inverse;
                const Vector derivative = part.load(weight + at) * part.load(derivatives + at);
                part.store(inverse * xsimd::fnma(normalised, product_mean, derivative), to + at);
            });
        }
    }
    if (!dweight) return;
    constexpr long block = 256;  // columns of a thread
    const long blocks = (size + block - 1) / block;
#pragma omp parallel for schedule(static) if (samples * size > 16384)
    for (long chunk = 0; chunk < blocks; ++chunk) {
        const long start = chunk * block, length = std::min(block, size - start);
        float* const products = dweight + start;
        if (!accumulate) std::fill_n(products, length, 0.0f);
        for (long sample = 0; sample < samples; ++sample) {
            const float* const from = x + sample * size + start;
            const float* const derivatives = dy + sample * size + start;
            const Vector inverse(inverses[sample]);
            detail::for_each_vector(length, [&](long at, auto part) {
                part.store(
                    xsimd::fma(part.load(derivatives + at), part.load(from + at) * inverse, part.load(products + at)),
                    products + at);
            });
        }
    }
}

}  // namespace genotype::inline v0_1::kernels
