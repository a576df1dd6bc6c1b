// Winograd's form of a convolution's weight gradient on the processor.
#pragma once

#include <omp.h>

#include <algorithm>
#include <type_traits>

#include "genotype/kernels/cpu/conv/winograd_sums.hpp"
#include "genotype/kernels/cpu/conv/winograd_tiles.hpp"
#include "genotype/kernels/cpu/conv/winograd_weights.hpp"

namespace genotype::inline v0_1::kernels::detail {

/// Floats of a task's sums at most where a task transforms what it reads, and of them together with the points: most of
/// a second-level cache of 2 MB.
inline constexpr long winograd_task_sums = 150'000, winograd_task_floats = 400'000;

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
/// gradient is summed within one task, over the tiles in order, so that it does not depend on the cut. Where tiles
/// reach over the edge, that order is by blocks of samples, which the cut keeps.
struct GradientCut {
    int triples, pairs;    // panels of three vectors, which come first, and of two
    int units, row_tasks;  // a task's large channels in units of winograd_task_rows
    int column_tasks;
    int samples = 0;  // that a task transforms at a time; 0: all threads transform the whole batch first

    /// Few tasks, because each transforms what it reads; `own`: floats of scratch that a thread has.
    GradientCut(const ConvGeometry& g, int threads, long own) : GradientCut(g) {
        if (winograd_reaches_over(g)) {
            const int ordered = samples_in_order(g);
            fit(g, std::max(threads, 2), own);
            samples = samples < ordered ? 0 : ordered;
        } else if (winograd_within_cache(g)) {
            fit(g, threads, own);
        }
        if (samples > 0) return;
        units = 1;
        row_tasks = winograd_phases(g) * g.large_channels / winograd_task_rows;
        column_tasks = panels();
    }

    /// Samples whose tiles are added side by side where some tiles reach over the edge: as many as a task of one of two
    /// threads transforms at a time. More threads have smaller tasks, with room for as many.
    template <class = void>
    static int samples_in_order(const ConvGeometry& g) {
        GradientCut cut(g);
        cut.fit(g, 2, winograd_task_floats);
        return cut.samples > 0 ? cut.samples : winograd_block_samples(g);
    }

    /// Of one unit of large channels and one panel of small ones.
    template <class = void>
    static long sums_floats(const ConvGeometry& g) {
        return winograd_points(g) * winograd_sums_pitch<winograd_outer_vectors>;
    }
    int panels() const { return triples + pairs; }
    int columns_of_task() const { return (panels() + column_tasks - 1) / column_tasks; }
    int column(int panel) const { return (2 * panel + std::min(panel, triples)) * lanes; }

  private:
    explicit GradientCut(const ConvGeometry& g) {
        const int vectors = g.small_channels / lanes;  // an even number
        pairs = vectors % 3 == 0 ? 0 : vectors % 3 == 2 ? 1 : 2;
        triples = (vectors - 2 * pairs) / 3;
    }

    /// Tasks that transform what they read, with their samples; 0 samples where none fit, or too much is transformed
    /// by several tasks.
    template <class = void>
    void fit(const ConvGeometry& g, int threads, long own) {
        const int large = winograd_phases(g) * g.large_channels, row_units = large / winograd_task_rows;
        units = (row_units + threads - 1) / threads;
        row_tasks = (row_units + units - 1) / units;
        const long floats = winograd_points(g) * units * long{winograd_task_rows} * g.small_channels;
        const long parts = (floats + winograd_task_sums - 1) / winograd_task_sums;
        column_tasks = static_cast<int>(std::min<long>(panels(), std::max<long>(parts, threads / row_tasks)));
        const long columns = std::min<long>(g.small_channels, winograd_outer_vectors * lanes * long{columns_of_task()});
        const long rows = long{units} * winograd_task_rows;
        const long left = std::min(own, winograd_task_floats) - columns_of_task() * units * sums_floats(g);
        // Of both sides' points, each with its gap; the pitch may be one tile more.
        const long tiles = (left / winograd_points(g) - 2 * winograd_point_gap) / (rows + columns) - 1;
        const bool repeats_little =
            long{row_tasks} * g.small_channels + long{column_tasks} * large <= 2L * (large + g.small_channels);
        samples =
            repeats_little ? static_cast<int>(std::clamp(tiles, 0L, winograd_outer_tiles) / winograd_tiles(g)) : 0;
    }
};

/// Both sides' transformed tiles of some samples.
struct GradientTiles {
    PointTiles large, small;

    GradientTiles(const ConvGeometry& g, float* memory, int rows, int columns, int samples)
        : large(g, memory, rows, samples),
          small(g, memory + winograd_points(g) * large.point_pitch, columns, samples) {}
};

/// Threads take turns at tasks. Where a task transforms what it reads, it does so for some samples at a time, and all
/// that it reads then lies in the second-level cache.
template <class Form>
void winograd_weight_gradient(const ConvGeometry& g, int batch, const float* large, const float* small, float* gradient,
                              bool accumulate, float* scratch, Transformed transformed) {
    constexpr int points = Form::LargeToPoints::to * Form::LargeToPoints::to;
    const int all_rows = winograd_phases(g) * g.large_channels;
#pragma omp parallel
    {
        const int thread = omp_get_thread_num(), threads = omp_get_num_threads();
        const int share = batch / threads;
        float* const own = scratch + convolution_scratch(Cpu{}, g).floats(thread * share);
        const GradientCut cut(g, threads, convolution_scratch(Cpu{}, g).floats(share));
        // f(tiles, samples) for each block whose tiles all threads transform first
        const int most = winograd_reaches_over(g) ? GradientCut::samples_in_order(g) : batch;
        auto for_each_block = [&](auto f) {
            for (int first = 0; first < batch; first += most) {
                const SampleRange range{first, std::min(most, batch - first)};
                f(GradientTiles(g, scratch + convolution_scratch(Cpu{}, g).floats(first), all_rows, g.small_channels,
                                range.count),
                  range);
            }
        };
        if (cut.samples == 0) {
            const long begin = static_cast<long>(batch) * thread / threads;
            const long end = static_cast<long>(batch) * (thread + 1) / threads;
            for_each_block([&](const GradientTiles& all, SampleRange block) {
                const int first = std::max(static_cast<int>(begin), block.first), before = first - block.first;
                const SampleRange range{first, std::min(static_cast<int>(end), block.first + block.count) - first};
                if (range.count <= 0) return;
                if (transformed != Transformed::large || winograd_within_cache(g))
                    large_to_points<Form>(g, large, range, {0, all_rows}, all.large.from(before));
                if (transformed != Transformed::small || winograd_within_cache(g))
                    small_to_points<Form>(g, small, range, {0, g.small_channels}, all.small.from(before));
            });
        }
        alignas(64) float sums_of_one[points * winograd_sums_pitch<winograd_outer_vectors>];
#pragma omp barrier
#pragma omp for schedule(dynamic)
        for (int task = 0; task < cut.row_tasks * cut.column_tasks; ++task) {
            const int first_row = task % cut.row_tasks * cut.units * winograd_task_rows;
            const int rows = std::min(cut.units * winograd_task_rows, all_rows - first_row);
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
            auto ahead_of = [&](int sample) {
                const SampleRange range{sample, std::min(cut.samples, batch - sample)};
                return GradientAhead(
                    winograd_phases(g) > 1 ? PixelsAhead() : large_ahead(g, large, range, {first_row, rows}),
                    small_ahead(g, small, range, {first_column, columns}),
                    long{points} * (winograd_task_rows / winograd_outer_rows) * cut.units * cut.columns_of_task());
            };
            if (cut.samples == 0)
                for_each_block([&](const GradientTiles& all, SampleRange block) {
                    GradientAhead none;
                    for_each_sum([&](float* sums, int row, int column, auto vectors) {
                        sum_points<Form, vectors>(all.large, all.small, block.count, first_row + row,
                                                  first_column + column, sums, block.first == 0, none);
                    });
                });
            else
                for (int sample = 0; sample < batch; sample += cut.samples) {
                    const SampleRange range{sample, std::min(cut.samples, batch - sample)};
                    const GradientTiles some(g, own + long{cut.units} * cut.columns_of_task() * cut.sums_floats(g),
                                             rows, columns, range.count);
                    large_to_points<Form>(g, large, range, {first_row, rows}, some.large);
                    small_to_points<Form>(g, small, range, {first_column, columns}, some.small);
                    GradientAhead ahead = ahead_of(sample + range.count);
                    for_each_sum([&](float* sums, int row, int column, auto vectors) {
                        sum_points<Form, vectors>(some.large, some.small, range.count, row, column, sums, sample == 0,
                                                  ahead);
                    });
                }
            for_each_sum([&](const float* sums, int row, int column, auto vectors) {
                sums_to_gradient<Form, vectors>(g, sums, first_row + row, first_column + column, gradient, accumulate);
            });
        }
    }
}

}  // namespace genotype::inline v0_1::kernels::detail
