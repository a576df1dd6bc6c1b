// Winograd's form of a convolution's weight gradient on the processor.
#pragma once

#include <omp.h>

#include <algorithm>
#include <type_traits>

#include "genotype/kernels/cpu/winograd_tiles.hpp"
#include "genotype/kernels/cpu/winograd_weights.hpp"

namespace genotype::kernels::detail {

/// The register tile: rows of large channels, all within one vector, times up to three vectors of small channels.
inline constexpr int winograd_outer_rows = vector_registers == 32 ? std::min(8, lanes) : 4;
inline constexpr int winograd_outer_vectors = 3;

/// The floats of one point of a panel's sums; an odd number of lines.
template <int vectors>
inline constexpr long winograd_sums_pitch = winograd_task_rows* vectors* lanes + 16;

/// Floats of a task's sums at most where a task transforms what it reads, and of them together with the points: most of
/// a second-level cache of 2 MB.
inline constexpr long winograd_task_sums = 150'000, winograd_task_floats = 400'000;

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
        constexpr int at = i * lanes;
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
        constexpr int at = i * lanes;
        sums[i].store_unaligned(result + at);
    });
}

/// Tiles that are summed at a time, so that what is read lies in the first-level cache.
inline constexpr long winograd_outer_tiles = 128;

/// Adds some tiles' products to the sums of `winograd_task_rows` large channels and `vectors` of small ones, at all
/// points. `first`: written, not added.
template <class Form, int vectors>
void sum_points(const PointTiles& large, const PointTiles& small, long tiles, int first_row, int column, float* sums,
                bool first) {
    constexpr int points = Form::LargeToPoints::to * Form::LargeToPoints::to;
    for (int point = 0; point < points; ++point)
        for (long tile = 0; tile < tiles; tile += winograd_outer_tiles)
            for (int row = 0; row < winograd_task_rows; row += winograd_outer_rows)
                outer_point<vectors>(
                    {large.at(0, 0, first_row + row) + point * large.point_pitch + tile * lanes +
                         (first_row + row) % lanes,
                     small.at(0, 0, column) + point * small.point_pitch + tile * lanes, large.point_pitch,
                     small.point_pitch, small.group_pitch, std::min(winograd_outer_tiles, tiles - tile), row == 0},
                    sums + point * winograd_sums_pitch<vectors> + row * vectors * lanes, first && tile == 0);
}

/// Gt dU G.
template <class Form, int vectors>
void sums_to_gradient(const ConvGeometry& g, const float* sums, int first_row, int first_column, float* gradient,
                      bool accumulate) {
    const long tap_floats = static_cast<long>(g.large_channels) * g.small_channels;
    for (int row = 0; row < winograd_task_rows; ++row) {
        const int phase = (first_row + row) / g.large_channels, channel = (first_row + row) % g.large_channels;
        const float* from = sums + row * vectors * lanes;
        float* to = gradient + static_cast<long>(channel) * g.small_channels + first_column;
        for (int vector = 0; vector < vectors; ++vector, from += lanes, to += lanes)
            transform_square<typename Form::PointsToTaps>(
                [&](int i) { return Vector::load_unaligned(from + i * winograd_sums_pitch<vectors>); },
                [&](int i, const Vector& value) {
                    float* at = to + winograd_tap(g, phase, i) * tap_floats;
                    (accumulate ? Vector::load_unaligned(at) + value : value).store_unaligned(at);
                });
    }
}

/// How a weight gradient is cut into tasks, each of some large channels and some panels of small ones. A value of the
/// gradient is summed within one task, over the tiles in order, so that it does not depend on the cut.
struct GradientCut {
    int triples, pairs;    // panels of three vectors, which come first, and of two
    int units, row_tasks;  // a task's large channels in units of winograd_task_rows
    int column_tasks;
    int samples = 0;  // that a task transforms at a time; 0: all threads transform the whole batch first

    /// Few tasks, because each transforms what it reads; `own`: floats of scratch that a thread has.
    GradientCut(const ConvGeometry& g, int threads, long own) {
        const int vectors = g.small_channels / lanes;  // an even number
        pairs = vectors % 3 == 0 ? 0 : vectors % 3 == 2 ? 1 : 2;
        triples = (vectors - 2 * pairs) / 3;
        const int large = winograd_phases(g) * g.large_channels, row_units = large / winograd_task_rows;
        if (winograd_within_cache(g)) {
            units = (row_units + threads - 1) / threads;
            row_tasks = (row_units + units - 1) / units;
            const long floats = winograd_points(g) * units * long{winograd_task_rows} * g.small_channels;
            const long parts = (floats + winograd_task_sums - 1) / winograd_task_sums;
            column_tasks = static_cast<int>(std::min<long>(panels(), std::max<long>(parts, threads / row_tasks)));
            const long columns = winograd_outer_vectors * lanes * long{columns_of_task()};
            const long rows = long{units} * winograd_task_rows;
            const long left = std::min(own, winograd_task_floats) - columns_of_task() * units * sums_floats(g);
            // Of both sides' points, each with its gap; the pitch may be one tile more.
            const long tiles = (left / winograd_points(g) - 2 * winograd_point_gap) / (rows + columns) - 1;
            const bool repeats_little =
                long{row_tasks} * g.small_channels + long{column_tasks} * large <= 2L * (large + g.small_channels);
            if (repeats_little)
                samples = static_cast<int>(std::clamp(tiles, 0L, winograd_outer_tiles) / winograd_tiles(g));
        }
        if (samples > 0) return;
        units = 1;
        row_tasks = row_units;
        column_tasks = panels();
    }

    /// Of one unit of large channels and one panel of small ones.
    static long sums_floats(const ConvGeometry& g) {
        return winograd_points(g) * winograd_sums_pitch<winograd_outer_vectors>;
    }
    int panels() const { return triples + pairs; }
    int columns_of_task() const { return (panels() + column_tasks - 1) / column_tasks; }
    int column(int panel) const { return (2 * panel + std::min(panel, triples)) * lanes; }
};

/// Threads take turns at tasks. Where a task transforms what it reads, it does so for some samples at a time, and all
/// that it reads then lies in the second-level cache.
template <class Form>
void winograd_weight_gradient(const ConvGeometry& g, int batch, const float* large, const float* small, float* gradient,
                              bool accumulate, float* scratch, Transformed transformed) {
    constexpr int points = Form::LargeToPoints::to * Form::LargeToPoints::to;
    const int tiles = winograd_tiles(g);
#pragma omp parallel
    {
        const int thread = omp_get_thread_num(), threads = omp_get_num_threads();
        const int share = batch / threads;
        float* const own = scratch + convolution_scratch(Cpu{}, g).floats(thread * share);
        const GradientCut cut(g, threads, convolution_scratch(Cpu{}, g).floats(share));
        const PointTiles all_large = large_tiles(g, batch, scratch), all_small = small_tiles(g, batch, scratch);
        if (cut.samples == 0) {
            const int first = static_cast<int>(static_cast<long>(batch) * thread / threads);
            const SampleRange range{first, static_cast<int>(static_cast<long>(batch) * (thread + 1) / threads) - first};
            if (transformed != Transformed::large || winograd_within_cache(g))
                large_to_points<Form>(g, large, range, {0, winograd_phases(g) * g.large_channels},
                                      all_large.from(first));
            if (transformed != Transformed::small || winograd_within_cache(g))
                small_to_points<Form>(g, small, range, {0, g.small_channels}, all_small.from(first));
        }
        alignas(64) float sums_of_one[points * winograd_sums_pitch<winograd_outer_vectors>];
#pragma omp barrier
#pragma omp for schedule(dynamic)
        for (int task = 0; task < cut.row_tasks * cut.column_tasks; ++task) {
            const int first_row = task % cut.row_tasks * cut.units * winograd_task_rows;
            const int rows =
                std::min(cut.units * winograd_task_rows, winograd_phases(g) * g.large_channels - first_row);
            const int first_panel = task / cut.row_tasks * cut.panels() / cut.column_tasks;
            const int last_panel = (task / cut.row_tasks + 1) * cut.panels() / cut.column_tasks;
            const int first_column = cut.column(first_panel), columns = cut.column(last_panel) - first_column;
            // f(sums, row, column, vectors) for each unit and panel of the task
            auto for_each_sum = [&](auto f) {
                float* sums = cut.samples == 0 ? sums_of_one : own;
                for (int panel = first_panel; panel < last_panel; ++panel)
                    for (int row = 0; row < rows; row += winograd_task_rows, sums += cut.sums_floats(g)) {
                        const int column = cut.column(panel) - first_column;
                        if (panel < cut.triples)
                            f(sums, row, column, std::integral_constant<int, 3>{});
                        else
                            f(sums, row, column, std::integral_constant<int, 2>{});
                    }
            };
            if (cut.samples == 0)
                for_each_sum([&](float* sums, int row, int column, auto vectors) {
                    sum_points<Form, vectors>(all_large, all_small, static_cast<long>(batch) * tiles, first_row + row,
                                              first_column + column, sums, true);
                });
            else
                for (int sample = 0; sample < batch; sample += cut.samples) {
                    const SampleRange range{sample, std::min(cut.samples, batch - sample)};
                    float* const memory = own + long{cut.units} * cut.columns_of_task() * cut.sums_floats(g);
                    const PointTiles some_large(memory, rows, tiles, range.count);
                    const PointTiles some_small(memory + points * some_large.point_pitch, columns, tiles, range.count);
                    large_to_points<Form>(g, large, range, {first_row, rows}, some_large);
                    small_to_points<Form>(g, small, range, {first_column, columns}, some_small);
                    for_each_sum([&](float* sums, int row, int column, auto vectors) {
                        sum_points<Form, vectors>(some_large, some_small, static_cast<long>(range.count) * tiles, row,
                                                  column, sums, sample == 0);
                    });
                }
            for_each_sum([&](const float* sums, int row, int column, auto vectors) {
                sums_to_gradient<Form, vectors>(g, sums, first_row + row, first_column + column, gradient, accumulate);
            });
        }
    }
}

}  // namespace genotype::kernels::detail
