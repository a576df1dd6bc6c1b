// Depthwise convolutions on the processor: each channel by itself, so that the lanes run along the channels.
#pragma once

#include <algorithm>

#include "genotype/kernels/cpu/matmul/tile.hpp"
#include "genotype/kernels/cpu/simd/lanes.hpp"
#include "genotype/kernels/general_conv_geometry.hpp"

namespace genotype::inline v0_1::kernels::detail {

/// A pixel of the source and the tap through which it is met, at channel 0.
struct MetPixel {
    long source, weight;
};
inline constexpr int most_met_pixels = 64;

/// Adds what is met to a pixel of the result; the first time to its bias.
template <class = void>
inline void add_met_pixels(const MetPixel* met, int count, int channels, const float* sample, const float* weights,
                           const float* bias, bool first_time, float* pixel) {
    for_each_vector(channels, [&](long channel, auto part) {
        Vector sum = !first_time ? part.load(pixel + channel) : bias ? part.load(bias + channel) : Vector(0.f);
        for (int i = 0; i < count; ++i)
            sum = xsimd::fma(part.load(sample + met[i].source + channel), part.load(weights + met[i].weight + channel),
                             sum);
        part.store(sum, pixel + channel);
    });
}

/// Each pixel of the result, from the taps that it meets in their order.
template <class = void>
inline void gather_depthwise(const GeneralConvDirection& direction, int batch, const float* source,
                             const float* weights, const float* bias, float* result) {
    const ConvSide rows = direction.geometry.rows(), columns = direction.geometry.columns();
    const Size2 from = direction.source(), to = direction.result();
    const int channels = direction.result_channels();
    const long lines = static_cast<long>(batch) * to.height;
    const double work = static_cast<double>(lines) * to.width * direction.geometry.taps() * channels;
#pragma omp parallel for schedule(static) if (work > worth_threads)
    for (long line = 0; line < lines; ++line) {
        MetPixel met[most_met_pixels];
        const int row = static_cast<int>(line % to.height);
        const float* const sample = source + line / to.height * from.height * from.width * channels;
        for (int column = 0; column < to.width; ++column) {
            float* const pixel = result + (line * to.width + column) * channels;
            int count = 0;
            bool first_time = true;
            for (int i = 0; i < rows.kernel; ++i) {
                const int met_row = rows.meets(direction.to_large, row, i);
                for (int j = 0; met_row >= 0 && j < columns.kernel; ++j) {
                    const int met_column = columns.meets(direction.to_large, column, j);
                    if (met_column < 0) continue;
                    met[count++] = {(static_cast<long>(met_row) * from.width + met_column) * channels,
                                    (static_cast<long>(i) * columns.kernel + j) * channels};
                    if (count < most_met_pixels) continue;
                    add_met_pixels(met, count, channels, sample, weights, bias, first_time, pixel);
                    count = 0;
                    first_time = false;
                }
            }
            if (count > 0 || first_time) add_met_pixels(met, count, channels, sample, weights, bias, first_time, pixel);
        }
    }
}

/// The small rows, or columns, whose pixels meet a large one through tap k: from `begin` to `end`, which is left out.
struct MeetingRange {
    int begin, end;

    static constexpr MeetingRange of(const ConvSide& side, int k) {
        int begin = 0, end = side.small;
        while (begin < end && side.meets(false, begin, k) < 0) ++begin;
        while (end > begin && side.meets(false, end - 1, k) < 0) --end;
        return {begin, end};
    }
};

/// Each tap's gradients of as many channels as a task takes are summed by one thread, a small row at a time.
template <class = void>
inline void depthwise_weight_gradient(const GeneralConvGeometry& g, int batch, const float* large, const float* small,
                                      float* gradient, bool accumulate) {
    constexpr int task_channels = 4 * lanes;
    const ConvSide rows = g.rows(), columns = g.columns();
    const int channels = g.small_channels, parts = (channels + task_channels - 1) / task_channels;
    const int tasks = g.taps() * parts;
    const double work = static_cast<double>(batch) * g.small_pixels() * static_cast<double>(g.weights());
#pragma omp parallel for schedule(static) if (work > worth_threads)
    for (int task = 0; task < tasks; ++task) {
        const int tap = task / parts, first = task % parts * task_channels;
        const int kernel_row = tap / columns.kernel, kernel_column = tap % columns.kernel;
        const MeetingRange met_rows = MeetingRange::of(rows, kernel_row),
                           met_columns = MeetingRange::of(columns, kernel_column);
        const long step = static_cast<long>(columns.stride) * channels;
        for_each_vector(std::min(task_channels, channels - first), [&](long offset, auto part) {
            const long channel = first + offset;
            Vector total(0.f);
            for (int sample = 0; sample < batch; ++sample)
                for (int r = met_rows.begin; r < met_rows.end; ++r) {
                    if (met_columns.begin == met_columns.end) continue;
                    const long row = rows.meets(false, r, kernel_row);
                    const float* x =
                        large + sample * g.large_floats() + channel +
                        (row * g.large.width + columns.meets(false, met_columns.begin, kernel_column)) * channels;
                    const float* dy = small + sample * g.small_floats() + channel +
                                      (static_cast<long>(r) * g.small.width + met_columns.begin) * channels;
                    Vector sum(0.f);
                    for (int c = met_columns.begin; c < met_columns.end; ++c, x += step, dy += channels)
                        sum = xsimd::fma(part.load(x), part.load(dy), sum);
                    total = total + sum;
                }
            float* const to = gradient + static_cast<long>(tap) * channels + channel;
            part.store(accumulate ? part.load(to) + total : total, to);
        });
    }
}

}  // namespace genotype::inline v0_1::kernels::detail
