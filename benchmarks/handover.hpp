// How far apart this machine's cores are: the time in which two of them hand a cache line to and fro.
#pragma once

#include <omp.h>

#include <atomic>
#include <chrono>

namespace genotype::benchmarks {

/// Seconds of a round trip between two threads of the team, averaged; 0 where there is only one. Cores that share a
/// cache take about 0.1 us, cores that do not several times as much, and then every step that shares data is slower.
inline double measure_handover() {
    constexpr int trips = 100'000;
    std::atomic<int> turn{0};
    double seconds = 0;
#pragma omp parallel num_threads(2)
    {
        const int self = omp_get_thread_num();
        if (omp_get_num_threads() == 2) {
            const auto start = std::chrono::steady_clock::now();
            for (int trip = 0; trip < trips; ++trip) {
                while (turn.load(std::memory_order_acquire) != self) {}
                turn.store(1 - self, std::memory_order_release);
            }
            if (self == 0)
                seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() / trips;
        }
    }
    return seconds;
}

}  // namespace genotype::benchmarks
