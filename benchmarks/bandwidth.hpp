// What this machine's main memory gives at most to all threads, measured: the figure that benchmarks state shares of.
#pragma once

#include <benchmark/benchmark.h>
#include <omp.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <vector>

#include "genotype/kernels/cpu/matmul/tile.hpp"

namespace genotype::benchmarks {

/// Memory that all threads read from one end to the other, each a range of its own.
class Reading {
  public:
    /// Of so many bytes, rounded up to a few lines of the cache.
    explicit Reading(std::size_t bytes)
        : steps_(static_cast<long>((bytes + step * sizeof(float) - 1) / (step * sizeof(float)))),
          values_(static_cast<std::size_t>(steps_ * step), 1.0f) {}

    std::size_t bytes() const { return values_.size() * sizeof(float); }

    /// Sums up all of it.
    void run() const {
        using kernels::Vector;
#pragma omp parallel
        {
            const long thread = omp_get_thread_num(), threads = omp_get_num_threads();
            const float* at = values_.data() + steps_ * thread / threads * step;
            const float* const end = values_.data() + steps_ * (thread + 1) / threads * step;
            kernels::Vector sums[8];
            kernels::detail::unroll<8>([&](auto i) { sums[i] = kernels::Vector(0.0f); });
            for (; at != end; at += step) {
                // Ahead of the processor's own prefetching, as products do: two to three hundredths more.
                for (long value = 0; value < step; value += 16) __builtin_prefetch(at + ahead + value);
                kernels::detail::unroll<8>(
                    [&](auto i) { sums[i] += kernels::Vector::load_unaligned(at + i * kernels::detail::lanes); });
            }
            kernels::detail::unroll<8>([&](auto i) { benchmark::DoNotOptimize(sums[i]); });
        }
    }

  private:
    static constexpr long step = 8 * kernels::detail::lanes, ahead = 512;
    long steps_;
    std::vector<float> values_;
};

/// Reads half a gigabyte, the best of some tries: bytes a second.
inline double measure_bandwidth() {
    using Clock = std::chrono::steady_clock;
    const Reading reading(std::size_t{1} << 29);
    double best = 0;
    for (int trial = 0; trial < 10; ++trial) {
        const auto before = Clock::now();
        reading.run();
        const double seconds = std::chrono::duration<double>(Clock::now() - before).count();
        best = std::max(best, static_cast<double>(reading.bytes()) / seconds);
    }
    return best;
}

}  // namespace genotype::benchmarks
