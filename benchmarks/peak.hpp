// What this machine's processor can do at most, measured: the figure that benchmarks state shares of.
#pragma once

#include <benchmark/benchmark.h>
#include <omp.h>

#include <algorithm>
#include <chrono>

#include "genotype/kernels/cpu/matmul/tile.hpp"

namespace genotype::benchmarks {

/// One second of nothing but independent fused multiply-adds on all threads, the best of many short tries: FLOP/s.
inline double measure_peak() {
    using kernels::Vector;
    using Clock = std::chrono::steady_clock;
    constexpr int chains = 12;
    constexpr long steps = 400'000;
    double best = 0;
    const auto start = Clock::now();
    while (Clock::now() - start < std::chrono::seconds(1)) {
        const auto before = Clock::now();
        int threads = 1;
#pragma omp parallel
        {
#pragma omp single
            threads = omp_get_num_threads();
            kernels::Vector sums[chains];
            kernels::detail::unroll<chains>([&](auto i) { sums[i] = kernels::Vector(static_cast<float>(i)); });
            const kernels::Vector factor(0.999f), term(0.001f);
            for (long step = 0; step < steps; ++step)
                kernels::detail::unroll<chains>([&](auto i) { sums[i] = xsimd::fma(sums[i], factor, term); });
            kernels::detail::unroll<chains>([&](auto i) { benchmark::DoNotOptimize(sums[i]); });
        }
        const double seconds = std::chrono::duration<double>(Clock::now() - before).count();
        best = std::max(best, 2.0 * chains * steps * kernels::detail::lanes * threads / seconds);
    }
    return best;
}

/// The same, measured when it is first asked for.
inline double peak() {
    static const double measured = measure_peak();
    return measured;
}

}  // namespace genotype::benchmarks
