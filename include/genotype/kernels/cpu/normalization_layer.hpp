// Layer norm on the processor: samples, and for the parameters' gradients columns, are shared out to threads.
#pragma once

#include <algorithm>
#include <cmath>

#include "genotype/kernels/cpu/lanes.hpp"
#include "genotype/kernels/device.hpp"

namespace genotype {

namespace detail {

/// The sum of f(offset, part) over a row: 64 vectors at a time, so that long rows keep their digits.
template <class F>
float sum_over_row(long size, const F& f) {
    constexpr long block = 64 * vector_size;
    Vector total(0.0f);
    for (long start = 0; start < size; start += block) {
        Vector sum(0.0f);
        for_each_vector(std::min(block, size - start), [&](long at, auto part) { sum += f(start + at, part); });
        total += sum;
    }
    return sum_of_lanes(total);
}

}  // namespace detail

/// Normalises each sample of `size` values. weight, bias (size); statistics (samples, 2): mean and inverse deviation.
inline void layer_norm(Cpu, long samples, long size, const float* x, const float* weight, const float* bias,
                       float epsilon, float* statistics, float* y) {
    const float share = 1 / static_cast<float>(size);
#pragma omp parallel for schedule(static) if (samples * size > 16384)
    for (long sample = 0; sample < samples; ++sample) {
        const float* const from = x + sample * size;
        float* const to = y + sample * size;
        const Vector origin(from[0]);  // what is summed is small then, whatever the mean
        const float mean = from[0] + share * detail::sum_over_row(size, [&](long at, auto part) {
                                         return part.keep(part.load(from + at) - origin);
                                     });
        const Vector center(mean);
        const float squares = detail::sum_over_row(size, [&](long at, auto part) {
            const Vector deviation = part.keep(part.load(from + at) - center);
            return deviation * deviation;
        });
        const float inverse = 1 / std::sqrt(squares * share + epsilon);
        statistics[2 * sample] = mean;
        statistics[2 * sample + 1] = inverse;
        detail::for_each_vector(size, [&](long at, auto part) {
            const Vector normalised = (part.load(from + at) - center) * Vector(inverse);
            part.store(xsimd::fma(normalised, part.load(weight + at), part.load(bias + at)), to + at);
        });
    }
}

/// Backward with the statistics of forward. Null: dx, or dweight and dbias together.
inline void layer_norm_backward(Cpu, long samples, long size, const float* x, const float* dy, const float* weight,
                                const float* statistics, float* dx, float* dweight, float* dbias, bool accumulate) {
    const float share = 1 / static_cast<float>(size);
    if (dx) {
#pragma omp parallel for schedule(static) if (samples * size > 16384)
        for (long sample = 0; sample < samples; ++sample) {
            const float* const from = x + sample * size;
            const float* const slopes = dy + sample * size;
            float* const to = dx + sample * size;
            const Vector center(statistics[2 * sample]), inverse(statistics[2 * sample + 1]);
            const Vector slope_mean(share * detail::sum_over_row(size, [&](long at, auto part) {
                                        return part.load(weight + at) * part.load(slopes + at);
                                    }));
            const Vector product_mean(share * detail::sum_over_row(size, [&](long at, auto part) {
                                          return part.load(weight + at) * part.load(slopes + at) *
                                                 ((part.load(from + at) - center) * inverse);
                                      }));
            detail::for_each_vector(size, [&](long at, auto part) {
                const Vector normalised = (part.load(from + at) - center) * inverse;
                const Vector slope = xsimd::fms(part.load(weight + at), part.load(slopes + at), slope_mean);
                part.store(inverse * xsimd::fnma(normalised, product_mean, slope), to + at);
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
        float* const sums = dbias + start;
        if (!accumulate) {
            std::fill_n(products, length, 0.0f);
            std::fill_n(sums, length, 0.0f);
        }
        for (long sample = 0; sample < samples; ++sample) {
            const float* const from = x + sample * size + start;
            const float* const slopes = dy + sample * size + start;
            const Vector center(statistics[2 * sample]), inverse(statistics[2 * sample + 1]);
            detail::for_each_vector(length, [&](long at, auto part) {
                const Vector slope = part.load(slopes + at);
                const Vector normalised = (part.load(from + at) - center) * inverse;
                part.store(xsimd::fma(slope, normalised, part.load(products + at)), products + at);
                part.store(part.load(sums + at) + slope, sums + at);
            });
        }
    }
}

}  // namespace genotype
