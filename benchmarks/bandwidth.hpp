// What this machine's main memory gives at most to all threads, measured: the figure that benchmarks state shares of.
#pragma once

#include <benchmark/benchmark.h>
#include <omp.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <vector>

#include "genotype/kernels/cpu/tile.hpp"

namespace genotype::benchmarks {

/// Sums up half a gigabyte of floats, the best of some tries: bytes read a second.
inline double measure_bandwidth() {
    using detail::Vector;
    using Clock = std::chrono::steady_clock;
    constexpr long step = 8 * detail::lanes;
    std::vector<float> values(std::size_t{1} << 27, 1.0f);
    const long steps = static_cast<long>(values.size()) / step;
    double best = 0;
    for (int trial = 0; trial < 10; ++trial) {
        const auto before = Clock::now();
#pragma omp parallel
        {
            const long thread = omp_get_thread_num(), threads = omp_get_num_threads();
            const float *at = values.data() + steps * thread / threads * step, *const end = values.data() +
                                                                                            steps * (thread + 1) /
                                                                                                threads * step;
            Vector sums[8];
            detail::unroll<8>([&](auto i) { sums[i] = Vector(0.0f); });
            for (; at != end; at += step)
                detail::unroll<8>([&](auto i) { sums[i] += Vector::load_unaligned(at + i * detail::lanes); });
            detail::unroll<8>([&](auto i) { benchmark::DoNotOptimize(sums[i]); });
        }
        const double seconds = std::chrono::duration<double>(Clock::now() - before).count();
        best = std::max(best, static_cast<double>(values.size() * sizeof(float)) / seconds);
    }
    return best;
}

}  // namespace genotype::benchmarks
