// Layer norm on the processor: samples, and for the parameters' gradients columns, are shared out to threads.
#pragma once

#include <algorithm>
#include <cmath>

#include "genotype/kernels/cpu/simd/lanes.hpp"
#include "genotype/kernels/device.hpp"

namespace genotype::inline v0_1::kernels {

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

/// Normalises each sample of `size` values. weight, bias (size), which may be null; statistics (samples, 2): mean and
/// inverse deviation.
template <class = void>
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
            const Vector origin_of_y = bias ? part.load(bias + at) : Vector(0.0f);
            part.store(xsimd::fma(normalised, part.load(weight + at), origin_of_y), to + at);
        });
    }
}

namespace detail {

/// One backward call of layer norm. Null: dx, dbias, or it and dweight.
struct LayerNormBackward {
    long samples, size;
    const float *x, *dy, *weight, *statistics;
    float *dx, *dweight, *dbias;
    bool accumulate;

    template <class = void>
    void input_gradient(long sample) const {
        const float share = 1 / static_cast<float>(size);
        const float* const from = x + sample * size;
        const float* const derivatives = dy + sample * size;
        float* const to = dx + sample * size;
        const Vector center(statistics[2 * sample]), inverse(statistics[2 * sample + 1]);
        const Vector gradient_mean(share * sum_over_row(size, [&](long at, auto part) {
                                       return part.load(weight + at) * part.load(derivatives + at);
                                   }));
        const Vector product_mean(share * sum_over_row(size, [&](long at, auto part) {
                                      return part.load(weight + at) * part.load(derivatives + at) *
                                             ((part.load(from + at) - center) * inverse);
                                  }));
        for_each_vector(size, [&](long at, auto part) {
            const Vector normalised = (part.load(from + at) - center) * inverse;
            const Vector derivative = xsimd::fms(part.load(weight + at), part.load(derivatives + at), gradient_mean);
            part.store(inverse * xsimd::fnma(normalised, product_mean, derivative), to + at);
        });
    }

    /// Adds what one sample gives to `length` columns from `start` on.
    template <class = void>
    void add_gradients(long sample, long start, long length, float* products, float* sums) const {
        const float* const from = x + sample * size + start;
        const float* const derivatives = dy + sample * size + start;
        const Vector center(statistics[2 * sample]), inverse(statistics[2 * sample + 1]);
        for_each_vector(length, [&](long at, auto part) {
            const Vector derivative = part.load(derivatives + at);
            const Vector normalised = (part.load(from + at) - center) * inverse;
            part.store(xsimd::fma(derivative, normalised, part.load(products + at)), products + at);
            if (sums) part.store(part.load(sums + at) + derivative, sums + at);
        });
    }

    /// Many columns: samples, then columns, are shared out to threads.
    template <class = void>
    void wide() const {
        if (dx) {
#pragma omp parallel for schedule(static) if (samples * size > 16384)
            for (long sample = 0; sample < samples; ++sample) input_gradient(sample);
        }
        if (!dweight) return;
        constexpr long block = 256;  // columns of a thread
        const long blocks = (size + block - 1) / block;
#pragma omp parallel for schedule(static) if (samples * size > 16384)
        for (long chunk = 0; chunk < blocks; ++chunk) {
            const long start = chunk * block, length = std::min(block, size - start);
            if (!accumulate) {
                std::fill_n(dweight + start, length, 0.0f);
                if (dbias) std::fill_n(dbias + start, length, 0.0f);
            }
            for (long sample = 0; sample < samples; ++sample)
                add_gradients(sample, start, length, dweight + start, dbias ? dbias + start : nullptr);
        }
    }

    static constexpr long narrow_size = 1024;

    /// Few columns: each thread sums over some samples, while they are in its cache.
    template <class = void>
    void narrow() const {
        constexpr long most_parts = 16;
        const long length = std::max(16L, (samples + most_parts - 1) / most_parts);
        const long parts = (samples + length - 1) / length;
        float partial[most_parts][2 * narrow_size];
#pragma omp parallel for schedule(static) if (samples * size > 16384)
        for (long part = 0; part < parts; ++part) {
            float *const products = partial[part], *const sums = products + size;
            if (dweight) std::fill_n(products, 2 * size, 0.0f);
            for (long sample = part * length; sample < std::min(samples, (part + 1) * length); ++sample) {
                if (dx) input_gradient(sample);
                if (dweight) add_gradients(sample, 0, size, products, dbias ? sums : nullptr);
            }
        }
        const auto finish = [&](float* to, long place) {
            for (long i = 0; i < size; ++i) {
                double total = accumulate ? static_cast<double>(to[i]) : 0.0;
                for (long part = 0; part < parts; ++part) total += static_cast<double>(partial[part][place + i]);
                to[i] = static_cast<float>(total);
            }
        };
        if (dweight) finish(dweight, 0);
        if (dbias) finish(dbias, size);
    }
};

}  // namespace detail

/// Backward with the statistics of forward. Null: dx, dbias, or it and dweight.
template <class = void>
inline void layer_norm_backward(Cpu, long samples, long size, const float* x, const float* dy, const float* weight,
                                const float* statistics, float* dx, float* dweight, float* dbias, bool accumulate) {
    const detail::LayerNormBackward call{samples, size, x, dy, weight, statistics, dx, dweight, dbias, accumulate};
    size <= detail::LayerNormBackward::narrow_size ? call.narrow() : call.wide();
}

}  // namespace genotype::inline v0_1::kernels
