// Winograd's form of a convolution's weight gradient on the processor.
#pragma once

#include <omp.h>

#include <algorithm>

#include "genotype/kernels/cpu/winograd_tiles.hpp"
#include "genotype/kernels/cpu/winograd_weights.hpp"

namespace genotype::kernels::detail {

/// The register tile: rows of large channels, all within one vector, times up to three vectors of small channels.
inline constexpr int winograd_outer_rows = vector_registers == 32 ? std::min(8, lanes) : 4;
inline constexpr int winograd_outer_vectors = 3;

/// The floats of one point of a task's sums; an odd number of lines.
inline constexpr int winograd_task_columns = winograd_outer_vectors * lanes;
inline constexpr long winograd_task_pitch = winograd_task_rows * winograd_task_columns + 16;

/// Tiles that are summed at a time, so that what is read lies in the first-level cache.
inline constexpr long winograd_outer_tiles = 128;

/// One point of some tiles, from one vector of large channels and `vectors` of small ones. The next point's lie a
/// pitch further on; those of the large channels are fetched on the way, and with `fetch_small` the others too.
struct OuterPoint {
    const float* large;
    const float* small;
    long large_pitch, small_pitch, group_pitch;
    long tiles;
    bool fetch_small;
};

/// result[row][vector] (+)= sum over tiles of large[tile][row] * small[vector][tile]; `first`: written, not added.
template <int vectors>
void outer_point(const OuterPoint& point, float* result, bool first) {
    constexpr int rows = winograd_outer_rows;
    ArrayOf<Vector, rows * vectors> sums;
    unroll<rows * vectors>([&](auto i) {
        constexpr int at = i / vectors * winograd_task_columns + i % vectors * lanes;
        sums[i] = Vector::load_unaligned(first ? vector_of_zeros : result + at);
    });
    const float *large = point.large, *small = point.small;
    for (const float* end = small + point.tiles * lanes; small != end; small += lanes, large += lanes) {
        __builtin_prefetch(large + point.large_pitch, 0, 2);
        if (point.fetch_small)
            unroll<vectors>(
                [&](auto v) { __builtin_prefetch(small + point.small_pitch + v * point.group_pitch, 0, 2); });
        ArrayOf<Vector, vectors> value;
        unroll<vectors>([&](auto v) { value[v] = Vector::load_unaligned(small + v * point.group_pitch); });
        unroll<rows>([&](auto row) {
            const Vector factor(large[row]);
            unroll<vectors>(
                [&](auto v) { sums[row * vectors + v] = xsimd::fma(factor, value[v], sums[row * vectors + v]); });
        });
    }
    unroll<rows * vectors>([&](auto i) {
        constexpr int at = i / vectors * winograd_task_columns + i % vectors * lanes;
        sums[i].store_unaligned(result + at);
    });
}

/// The gradient of `winograd_task_rows` large channels and some vectors of small ones: at all points, then Gt dU G.
template <class Form, int vectors>
void winograd_gradient_task(const ConvGeometry& g, const PointTiles& large, const PointTiles& small, long tiles,
                            int first_row, int first_column, float* gradient, bool accumulate) {
    constexpr int points = Form::LargeToPoints::to * Form::LargeToPoints::to;
    alignas(64) ArrayOf<float, points * winograd_task_pitch> sums;
    for (int point = 0; point < points; ++point)
        for (long tile = 0; tile < tiles; tile += winograd_outer_tiles)
            for (int row = 0; row < winograd_task_rows; row += winograd_outer_rows)
                outer_point<vectors>(
                    {large.at(0, 0, first_row + row) + point * large.point_pitch + tile * lanes +
                         (first_row + row) % lanes,
                     small.at(0, 0, first_column) + point * small.point_pitch + tile * lanes, large.point_pitch,
                     small.point_pitch, small.group_pitch, std::min(winograd_outer_tiles, tiles - tile), row == 0},
                    sums + point * winograd_task_pitch + row * winograd_task_columns, tile == 0);
    const long tap_floats = static_cast<long>(g.large_channels) * g.small_channels;
    for (int row = 0; row < winograd_task_rows; ++row) {
        const int phase = (first_row + row) / g.large_channels, channel = (first_row + row) % g.large_channels;
        const float* from = sums + row * winograd_task_columns;
        float* to = gradient + static_cast<long>(channel) * g.small_channels + first_column;
        for (int vector = 0; vector < vectors; ++vector, from += lanes, to += lanes)
            transform_square<typename Form::PointsToTaps>(
                [&](int i) { return Vector::load_unaligned(from + i * winograd_task_pitch); },
                [&](int i, const Vector& value) {
                    float* at = to + winograd_tap(g, phase, i) * tap_floats;
                    (accumulate ? Vector::load_unaligned(at) + value : value).store_unaligned(at);
                });
    }
}

/// The pictures are transformed by all threads, which then take turns at tasks. A value of the gradient is summed
/// within one task, over the tiles in order.
template <class Form>
void winograd_weight_gradient(const ConvGeometry& g, int batch, const float* large, const float* small, float* gradient,
                              bool accumulate, float* scratch, Transformed transformed) {
    const int phased = winograd_phases(g) * g.large_channels, small_vectors = g.small_channels / lanes;
    const PointTiles large_points = large_tiles(g, batch, scratch), small_points = small_tiles(g, batch, scratch);
    const long tiles = static_cast<long>(batch) * winograd_tiles(g);
    const int row_tasks = phased / winograd_task_rows;
    // Panels of three vectors, and the rest in panels of two: their number is even.
    const int pairs = small_vectors % 3 == 0 ? 0 : small_vectors % 3 == 2 ? 1 : 2;
    const int triples = (small_vectors - 2 * pairs) / 3;
#pragma omp parallel
    {
        const int thread = omp_get_thread_num(), threads = omp_get_num_threads();
        const int first = static_cast<int>(static_cast<long>(batch) * thread / threads);
        const int end = static_cast<int>(static_cast<long>(batch) * (thread + 1) / threads);
        if (transformed != Transformed::large)
            large_to_points<Form>(g, large, {first, end - first}, large_points.from(first));
        if (transformed != Transformed::small)
            small_to_points<Form>(g, small, {first, end - first}, small_points.from(first));
#pragma omp barrier
#pragma omp for schedule(dynamic)
        for (int task = 0; task < row_tasks * (triples + pairs); ++task) {
            const int panel = task / row_tasks, row = task % row_tasks * winograd_task_rows;
            if (panel < triples)
                winograd_gradient_task<Form, 3>(g, large_points, small_points, tiles, row, panel * 3 * lanes, gradient,
                                                accumulate);
            else
                winograd_gradient_task<Form, 2>(g, large_points, small_points, tiles, row,
                                                (triples * 3 + (panel - triples) * 2) * lanes, gradient, accumulate);
        }
    }
}

}  // namespace genotype::kernels::detail
