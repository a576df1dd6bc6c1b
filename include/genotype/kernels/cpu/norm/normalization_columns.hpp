// The inner loops that batch norm and group norm share: per-channel work over some rows of a (rows, channels) matrix,
// by one thread. Eight rows at a time stay in registers; the rows that are left go one by one.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>

#include "genotype/kernels/cpu/simd/branchless.hpp"
#include "genotype/kernels/cpu/simd/lanes.hpp"
#include "genotype/kernels/cpu/simd/unroll.hpp"
#include "genotype/kernels/functions.hpp"

namespace genotype::inline v0_1::kernels::detail {

/// Calls f(row, std::integral_constant<int, 8 or 1>) over all rows.
template <class F>
void for_each_row_block(long rows, F&& f) {
    const long whole = rows / 8 * 8;
    for (long row = 0; row < whole; row += 8) f(row, std::integral_constant<int, 8>{});
    for (long row = whole; row < rows; ++row) f(row, std::integral_constant<int, 1>{});
}

/// Calls make(channel, part)(place) for all vectors of the values. Four vectors of channels go side by side, row after
/// row: what `make` reads stays in registers, and the values are read as they lie in memory.
template <class Make>
void for_each_value(long rows, int channels, const Make& make) {
    const auto columns = [&]<int... index>(long c, auto part, std::integer_sequence<int, index...>)
        __attribute__((always_inline)) {
        const decltype(make(c, part)) run[]{make(c + index * vector_size, part)...};
        for (long place = c; place < rows * channels; place += channels) (run[index](place + index * vector_size), ...);
    };
    long c = 0;
    for (; c + 4 * vector_size <= channels; c += 4 * vector_size)
        columns(c, WholeVector{}, std::make_integer_sequence<int, 4>{});
    for (; c + vector_size <= channels; c += vector_size)
        columns(c, WholeVector{}, std::make_integer_sequence<int, 1>{});
    if (c < channels) columns(c, PartOfVector{static_cast<int>(channels - c)}, std::make_integer_sequence<int, 1>{});
}

/// Calls f(0), ..., f(count - 1); unrolled over whole vectors alone, because a part's code is long and seldom runs.
template <int count, class Part, class F>
[[gnu::always_inline]] inline void for_rows(Part, F f) {
    if constexpr (std::same_as<Part, WholeVector>)
        unroll<count>(f);
    else
        for (int row = 0; row < count; ++row) f(row);
}

template <std::size_t Count>
Vector tree_sum(const Vector (&values)[Count]) {
    if constexpr (Count == 1)
        return values[0];
    else
        return ((values[0] + values[1]) + (values[2] + values[3])) +
               ((values[4] + values[5]) + (values[6] + values[7]));
}

/// Joins mean and sum of squared deviations of `left_count` values with those of `right_count` others (Chan, Golub and
/// LeVeque, 1979).
template <class = void>
inline void join_moments(double left_count, Vector& mean, Vector& squares, double right_count, const Vector& right_mean,
                         const Vector& right_squares) {
    const double share = right_count / (left_count + right_count);
    const Vector difference = right_mean - mean;
    mean = xsimd::fma(difference, Vector(static_cast<float>(share)), mean);
    squares += xsimd::fma(difference * difference, Vector(static_cast<float>(left_count * share)), right_squares);
}

/// For each channel the mean of x - origin, and the sum of squared deviations from the mean. Near the mean, an origin
/// makes the differences exact, so that large means cost no digits; far from it, it does no harm.
template <class = void>
inline void column_moments(long rows, int channels, const float* x, const float* origin, float* mean, float* squares) {
    std::fill_n(mean, channels, 0.0f);
    std::fill_n(squares, channels, 0.0f);
    for_each_row_block(rows, [&](long row, auto block) {
        constexpr int count = decltype(block)::value;
        const float* const start = x + row * channels;
        for_each_vector(channels, [&](long c, auto part) {
            const Vector shift = part.load(origin + c);
            ArrayOf<Vector, count> values, deviations;
            for_rows<count>(
                part, [&](auto r) { values[r] = part.load(start + r * static_cast<long>(channels) + c) - shift; });
            const Vector block_mean = tree_sum(values) * Vector(1.0f / count);
            for_rows<count>(part, [&](auto r) {
                const Vector deviation = values[r] - block_mean;
                deviations[r] = deviation * deviation;
            });
            Vector all_mean = part.load(mean + c), all_squares = part.load(squares + c);
            join_moments(static_cast<double>(row), all_mean, all_squares, count, block_mean, tree_sum(deviations));
            part.store(all_mean, mean + c);
            part.store(all_squares, squares + c);
        });
    });
}

/// y = activation((x - mean) * (inverse * weight) + bias). While an activation is worked out there is time to fetch
/// what lies `ahead` values further, which is read and written next.
template <class Activation>
void normalize_rows(long rows, int channels, const float* x, const float* mean, const float* inverse,
                    const float* weight, const float* bias, Activation activation, float* y, long ahead = 0) {
    expect_branchless<const float>([&](auto before) { return activation.value(before); });
    for_each_value(rows, channels, [&](long c, auto part) {
        const Vector center = part.load(mean + c), offset = part.load(bias + c);
        const Vector scale = part.load(inverse + c) * part.load(weight + c);
        return [=](long at) {
            if (ahead > 0) {
                __builtin_prefetch(x + at + ahead, 0, 2);
                __builtin_prefetch(y + at + ahead, 1, 2);
            }
            part.store(activation.value(xsimd::fma(part.load(x + at) - center, scale, offset)), y + at);
        };
    });
}

// The gradient of what goes into the activation behind a norm, from dy of what comes out of it. The activation's input
// is made again by the expression of `normalize_rows`, which is cheaper than to read its output. Without an activation
// the bias may be null.
template <class Activation, class Part>
Vector activation_offset(Part part, const float* bias) {
    if constexpr (std::same_as<Activation, NoActivation>)
        return Vector(0.0f);
    else
        return part.load(bias);
}
template <class Activation>
[[gnu::always_inline]] inline Vector before_activation(Activation activation, const Vector& dy, const Vector& deviation,
                                                       const Vector& scale, const Vector& offset) {
    if constexpr (std::same_as<Activation, NoActivation>) {
        return dy;
    } else {
        expect_branchless<const float>([&](auto before) { return activation.derivative(before); });
        return dy * activation.derivative(xsimd::fma(deviation, scale, offset));
    }
}

/// dy before the activation. What lies `ahead` values further in all three is fetched meanwhile.
template <class Activation>
void rows_before_activation(long rows, int channels, const float* x, const float* dy, const float* mean,
                            const float* inverse, const float* weight, const float* bias, Activation activation,
                            float* before, long ahead, const float* soon) {
    for_each_value(rows, channels, [&](long c, auto part) {
        const Vector center = part.load(mean + c), offset = part.load(bias + c);
        const Vector scale = part.load(inverse + c) * part.load(weight + c);
        return [=](long at) {
            __builtin_prefetch(x + at + ahead, 0, 2);
            __builtin_prefetch(dy + at + ahead, 0, 2);
            __builtin_prefetch(soon + at, 0, 2);
            __builtin_prefetch(before + at + ahead, 1, 2);
            part.store(before_activation(activation, part.load(dy + at), part.load(x + at) - center, scale, offset),
                       before + at);
        };
    });
}

/// Adds for each channel the sums of dy and of dy * (x - mean) * inverse, where dy is taken to before the activation:
/// the gradients of bias and weight.
template <class Activation>
void column_products(long rows, int channels, const float* x, const float* dy, const float* mean, const float* inverse,
                     const float* weight, const float* bias, Activation activation, float* bias_sum,
                     float* weight_sum) {
    for_each_row_block(rows, [&](long row, auto block) {
        constexpr int count = decltype(block)::value;
        const long start = row * channels;
        for_each_vector(channels, [&](long c, auto part) {
            const Vector center = part.load(mean + c), offset = activation_offset<Activation>(part, bias + c);
            const Vector scale = part.load(inverse + c) * part.load(weight + c);
            ArrayOf<Vector, count> derivatives, products;
            for_rows<count>(part, [&](auto r) {
                const long at = start + r * static_cast<long>(channels) + c;
                const Vector deviation = part.load(x + at) - center;
                derivatives[r] = before_activation(activation, part.load(dy + at), deviation, scale, offset);
                products[r] = derivatives[r] * deviation;
            });
            part.store(part.load(bias_sum + c) + tree_sum(derivatives), bias_sum + c);
            part.store(xsimd::fma(tree_sum(products), part.load(inverse + c), part.load(weight_sum + c)),
                       weight_sum + c);
        });
    });
}

/// dx = inverse * (weight * dy - gradient_mean - normalised x * product_mean), where dy is taken to before the
/// activation and the two means are those of weight * dy and of weight * dy * normalised x over all values that share a
/// variance.
template <class Activation>
void normalize_rows_backward(long rows, int channels, const float* x, const float* dy, const float* mean,
                             const float* inverse, const float* weight, const float* bias, Activation activation,
                             const float* gradient_mean, const float* product_mean, float* dx) {
    for_each_row_block(rows, [&](long row, auto block) {
        constexpr int count = decltype(block)::value;
        const long start = row * channels;
        for_each_vector(channels, [&](long c, auto part) {
            const Vector center = part.load(mean + c), deviations = part.load(inverse + c);
            const Vector scale = deviations * part.load(weight + c);
            const Vector offset = activation_offset<Activation>(part, bias + c);
            const Vector back = deviations * part.load(gradient_mean + c);
            const Vector pull = deviations * deviations * part.load(product_mean + c);
            for_rows<count>(part, [&](auto r) {
                const long at = start + r * static_cast<long>(channels) + c;
                const Vector deviation = part.load(x + at) - center;
                const Vector derivative = before_activation(activation, part.load(dy + at), deviation, scale, offset);
                part.store(xsimd::fnma(deviation, pull, xsimd::fms(derivative, scale, back)), dx + at);
            });
        });
    });
}

}  // namespace genotype::inline v0_1::kernels::detail
