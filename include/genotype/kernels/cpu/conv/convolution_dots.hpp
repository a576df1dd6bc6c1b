// The convolution to few channels: dot products, whose lanes run along the source's channels.
#pragma once

#include <algorithm>

#include "genotype/kernels/cpu/conv/convolution_phase.hpp"
#include "genotype/kernels/cpu/matmul/tile.hpp"
#include "genotype/kernels/cpu/simd/quad.hpp"

namespace genotype::inline v0_1::kernels::detail {

/// A range of the contraction for a row of neighbouring positions: `length` values, for the first position at
/// `source`.
struct DotPiece {
    const float* source;
    long from;
    int length;
};

/// Sums of four vectors that lie one after the other. Through memory: adding across lanes costs more.
template <class = void>
inline void sum_four(const float* vectors, float* result) {
    Quad sums[4];
    unroll<4>([&](auto i) {
        sums[i] = load_quad(vectors + i * lanes);
        unroll<lanes / 4 - 1>([&](auto part) { sums[i] += load_quad(vectors + i * lanes + 4 * (part + 1)); });
    });
    transpose(sums);
    store_quad((sums[0] + sums[1]) + (sums[2] + sums[3]), result);
}

/// Sums come in fours.
constexpr int dot_slots(int rows, int channels) {
    return (rows * channels + 3) / 4 * 4;
}

/// rows x channels dot products over all pieces. The source of row i lies i * pitch further on; weights: [channel]
/// [contraction]; result: [row][channel], with room for
/// `dot_slots`.
template <int rows, int channels>
void multiply_dots(const DotPiece* pieces, int piece_count, long pitch, const float* weights, long contraction,
                   float* result) {
    ArrayOf<Vector, rows * channels> sums;
    unroll<rows * channels>([&](auto i) { sums[i] = Vector(0.0f); });
    for (int p = 0; p < piece_count; ++p) {
        const float* source = pieces[p].source;
        const float* weight = weights + pieces[p].from;
        for (const float* end = source + pieces[p].length; source != end; source += lanes, weight += lanes) {
            ArrayOf<Vector, channels> factor;
            unroll<channels>([&](auto c) { factor[c] = Vector::load_unaligned(weight + c * contraction); });
            unroll<rows>([&](auto row) {
                const Vector value = Vector::load_unaligned(source + row * pitch);
                unroll<channels>(
                    [&](auto c) { sums[row * channels + c] = xsimd::fma(value, factor[c], sums[row * channels + c]); });
            });
        }
    }
    constexpr int slots = dot_slots(rows, channels), floats = slots * lanes;
    alignas(64) ArrayOf<float, floats> stored = {};
    unroll<rows * channels>([&](auto i) { sums[i].store_aligned(stored + i * lanes); });
    for (int slot = 0; slot < slots; slot += 4) sum_four(stored + slot * lanes, result + slot);
}

/// Rows of the tallest tile: its sums, the weights and one source value fill the registers.
constexpr int dot_rows(int channels) {
    return std::min(8, (vector_registers - 4) / channels);
}

using DotFunction = void (*)(const DotPiece*, int, long, const float*, long, float*);

struct DotTile {
    int rows;
    DotFunction multiply;
};

/// The tallest tile that `count` positions fill.
template <int channels>
DotTile dot_tile(int count) {
    constexpr int tall = dot_rows(channels), half = tall / 2;
    if (count >= tall) return {tall, multiply_dots<tall, channels>};
    if (count >= half) return {half, multiply_dots<half, channels>};
    return {1, multiply_dots<1, channels>};
}

template <class = void>
inline DotTile dot_tile(int channels, int count) {
    return channels == 1 ? dot_tile<1>(count) : dot_tile<3>(count);
}

/// Rows of taps whose pieces are handed over at once.
inline constexpr int dot_taps = 8;

/// Neighbouring positions of a line that meet the same columns of taps, [first_tap, end_tap).
struct DotRun {
    int position, rows, first_tap, end_tap;
};

/// One tile of one line: its sums, [row][channel], without the bias.
template <class = void>
inline void dot_sums(const Gather& g, const Phase& phase, const float* weights, int sample, int line, const DotRun& run,
                     DotFunction multiply, float* sums) {
    const int channels = phase.source_channels;
    const int row = line * phase.rows.step + phase.rows.offset;
    const int column = run.position * phase.columns.step + phase.columns.offset + run.first_tap;
    const int last_tap = phase.rows.end_tap(line, g.source_size.height);
    const float* source = g.source + sample * g.source_size.floats();
    std::fill_n(sums, run.rows * phase.channels, 0.0f);
    for (int tap = phase.rows.first_tap(line); tap < last_tap; tap += dot_taps) {
        DotPiece pieces[dot_taps];
        const int count = std::min(dot_taps, last_tap - tap);
        for (int i = 0; i < count; ++i)
            pieces[i] = {source + (static_cast<long>(row + tap + i) * g.source_size.width + column) * channels,
                         (static_cast<long>(tap + i) * phase.columns.taps + run.first_tap) * channels,
                         std::max(0, run.end_tap - run.first_tap) * channels};
        float part[8 * 3];
        multiply(pieces, count, static_cast<long>(phase.columns.step) * channels, weights, phase.contraction(), part);
        for (int i = 0; i < run.rows * phase.channels; ++i) sums[i] += part[i];
    }
}

/// One line of one sample's result, in runs of positions that meet the same taps.
template <class = void>
inline void dot_line(const Gather& g, const Phase& phase, const float* weights, int sample, int line) {
    float* result =
        g.result + sample * g.result_size.floats() +
        (static_cast<long>(phase.rows.first + line * phase.rows.pitch) * g.result_size.width + phase.columns.first) *
            phase.channels;
    const int result_pitch = phase.columns.pitch * phase.channels;
    auto first_tap = [&](int position) { return phase.columns.first_tap(position); };
    auto end_tap = [&](int position) { return phase.columns.end_tap(position, g.source_size.width); };
    for (int begin = 0, end; begin < phase.columns.positions; begin = end) {
        end = begin + 1;
        while (end < phase.columns.positions && first_tap(end) == first_tap(begin) && end_tap(end) == end_tap(begin))
            ++end;
        const DotTile tile = dot_tile(phase.channels, end - begin);
        for (int at = begin; at < end; at += tile.rows) {
            const int position = std::min(at, end - tile.rows);  // the last tile may overlap the one before
            float sums[8 * 3];
            dot_sums(g, phase, weights, sample, line, {position, tile.rows, first_tap(begin), end_tap(begin)},
                     tile.multiply, sums);
            for (int i = 0; i < tile.rows; ++i)
                for (int channel = 0; channel < phase.channels; ++channel)
                    result[(position + i) * result_pitch + channel] =
                        sums[i * phase.channels + channel] + (g.bias ? g.bias[channel] : 0.0f);
        }
    }
}

/// Lines that all phases compute before the next ones, so that what they read is still in the cache.
inline constexpr long dot_lines = 8;

/// The lines that thread `index` of `threads` computes, in all phases.
template <class = void>
inline void dot_share(const Gather& g, const ConvDirection& direction, const float* packed, int index, int threads) {
    const int lines = direction.lines();
    const long count = static_cast<long>(g.batch) * lines, end = count * (index + 1) / threads;
    for (long block = count * index / threads; block < end; block += dot_lines) {
        const float* weights = packed;
        for (int i = 0; i < direction.phases(); ++i) {
            const Phase phase = direction.phase(i);
            for (long at = block; at < std::min(block + dot_lines, end); ++at) {
                const int line = static_cast<int>(at % lines);
                if (line < phase.rows.positions) dot_line(g, phase, weights, static_cast<int>(at / lines), line);
            }
            weights += phase.contraction() * packed_width(phase.source_channels, phase.channels);
        }
    }
}

}  // namespace genotype::inline v0_1::kernels::detail
