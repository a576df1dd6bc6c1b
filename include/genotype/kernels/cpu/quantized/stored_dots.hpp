// Dot products of rows: what products with weights in a file's form are made of.
#pragma once

#include <algorithm>
#include <bit>
#include <utility>

#include "genotype/kernels/cpu/matmul/tile.hpp"
#include "genotype/kernels/cpu/simd/lanes.hpp"
#include "genotype/kernels/cpu/simd/quad.hpp"

namespace genotype::inline v0_1::kernels::detail {

// Weights lie as (outputs, inputs), so a vector holds neighbours along the contraction. Lane i sums up the values i,
// lanes + i, ... of a chunk, one after another; then the lanes are added in a fixed order. As that is all that a result
// depends on, few rows of x and many have the same bits, whatever the tile. Values behind the last whole vector are a
// chunk of their own.

/// Values of the contraction whose lanes are summed up on their own.
inline constexpr int dots_chunk = 1024;
/// Rows of weights that are multiplied at a time: their sums are one quad.
inline constexpr int dots_columns = 4;
/// Rows of x of the tallest tile: with its sums, a vector of each of them and one of weights fill the registers.
inline constexpr int dots_rows = vector_registers == 32 ? 6 : 3;

/// (a[from(0)], b[from(1)], a[from(2)], b[from(3)]) in each quad of lanes, or pairs of them.
template <bool pairs, bool upper>
Lanes mix(const Lanes& a, const Lanes& b) {
    constexpr auto source = [](int lane) {
        const int place = lane % 4, quad = lane - place;
        const bool second = pairs ? place >= 2 : place % 2 == 1;
        const int from = pairs ? place % 2 : place / 2;
        return quad + from + (upper ? 2 : 0) + (second ? lanes : 0);
    };
    return [&]<int... lane>(std::integer_sequence<int, lane...>) {
        return __builtin_shufflevector(a, b, source(lane)...);
    }
    (std::make_integer_sequence<int, lanes>{});
}

/// A vector's upper half is added to its lower one until four lanes are left.
template <int count = lanes, class Wide>
[[gnu::always_inline]] inline Quad sum_of_quads(const Wide& wide) {
    if constexpr (count == 4)
        return wide;
    else
        return [&]<int... lane>(std::integer_sequence<int, lane...>) {
            return sum_of_quads<count / 2>(__builtin_shufflevector(wide, wide, lane...) +
                                           __builtin_shufflevector(wide, wide, (lane + count / 2)...));
        }
    (std::make_integer_sequence<int, count / 2>{});
}

/// Four vectors become the sums of each one's lanes.
template <class = void>
[[gnu::always_inline]] inline Quad sums_of_lanes(const Vector* sums) {
    Lanes wide[4];
    unroll<4>([&](auto i) { wide[i] = std::bit_cast<Lanes>(sums[i].data); });
    const Lanes first = mix<false, false>(wide[0], wide[1]) + mix<false, true>(wide[0], wide[1]);
    const Lanes second = mix<false, false>(wide[2], wide[3]) + mix<false, true>(wide[2], wide[3]);
    const Lanes quads = mix<true, false>(first, second) + mix<true, true>(first, second);
    return sum_of_quads(quads);
}

/// Where a tile's sums go.
struct DotsResult {
    const float* start;  // what the sums are added to: the bias, what y holds, or nothing (null)
    long start_pitch;    // between its rows
    float* y;
    long pitch;
    int count;  // outputs, 1 to 4
};

template <class = void>
inline void finish_dots(const Quad* sums, int rows, const DotsResult& to) {
    const float* start = to.start;
    float* y = to.y;
    for (int row = 0; row < rows; ++row, y += to.pitch) {
        if (to.count == dots_columns) {
            store_quad(start ? load_quad(start) + sums[row] : sums[row], y);
        } else {
            for (int i = 0; i < to.count; ++i) y[i] = start ? start[i] + sums[row][i] : sums[row][i];
        }
        if (start) start += to.start_pitch;
    }
}

/// GCC would load a value again for each product that reads it, which is more loads than the processor has time for.
template <class = void>
inline void keep_in_register([[maybe_unused]] Vector& value) {
#if defined(__x86_64__)
    asm("" : "+v"(value.data));
#endif
}

/// `rows` rows of x, a pitch apart, times four rows of weights over so many vectors. The weights lie as
/// [vector][4][lanes].
template <int rows>
void multiply_dots(const float* x, long pitch, const float* weights, int vectors, const DotsResult& to) {
    ArrayOf<Vector, rows * dots_columns> sums;
    unroll<rows * dots_columns>([&](auto i) { sums[i] = Vector(0.0f); });
    for (const float* const end = x + static_cast<long>(vectors) * lanes; x != end; x += lanes) {
        ArrayOf<Vector, dots_columns> weight;
        unroll<dots_columns>([&](auto column) { weight[column] = Vector::load_unaligned(weights + column * lanes); });
        unroll<rows>([&](auto row) {
            Vector value = Vector::load_unaligned(x + row * pitch);
            keep_in_register(value);
            unroll<dots_columns>([&](auto column) {
                Vector& sum = sums[row * dots_columns + column];
                sum = xsimd::fma(value, weight[column], sum);
            });
        });
        weights += dots_columns * lanes;
    }
    ArrayOf<Quad, rows> quads;
    unroll<rows>([&](auto row) { quads[row] = sums_of_lanes(sums + row * dots_columns); });
    finish_dots(quads, rows, to);
}

using DotsFunction = void (*)(const float*, long, const float*, int, const DotsResult&);

/// The tile of `rows` rows, 1 to `dots_rows`.
template <class = void>
inline DotsFunction dots_function(int rows) {
    return [&]<int... less>(std::integer_sequence<int, less...>) {
        constexpr DotsFunction functions[] = {multiply_dots<less + 1>...};
        return functions[rows - 1];
    }
    (std::make_integer_sequence<int, dots_rows>{});
}

}  // namespace genotype::inline v0_1::kernels::detail
