// A core for each thread, without holding on to any.
#pragma once

#include <omp.h>

#if defined(__linux__)
#include <sched.h>
#endif

#include "genotype/kernels/device.hpp"

namespace genotype::inline v0_1::kernels {

#if defined(__linux__)
namespace detail {

/// Threads beyond this many are left where they are.
inline constexpr int most_spread = 256;

/// Sends the calling thread to a core that it may use and that none of `taken` is. Where it may run stays as it was:
/// the system can move it on, so a core that somebody else needs is not held. Stays where there is no such core.
template <class = void>
inline void leave_for_another_core(const int* taken, int count) {
    cpu_set_t allowed, wanted;
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
    wanted = allowed;
    for (int i = 0; i < count; ++i)
        if (taken[i] >= 0 && taken[i] < CPU_SETSIZE) CPU_CLR(static_cast<unsigned>(taken[i]), &wanted);
    if (CPU_COUNT(&wanted) == 0 || sched_setaffinity(0, sizeof wanted, &wanted) != 0) return;
    sched_setaffinity(0, sizeof allowed, &allowed);
}

}  // namespace detail

/// Parts threads of the team that share a core: the system may leave two of them on one for seconds, and then everybody
/// waits for both. Costs one parallel region; does nothing where the user has bound the threads (OMP_PROC_BIND).
template <class = void>
inline void spread_threads(Cpu) {
    if (omp_get_max_threads() < 2 || omp_in_parallel() || omp_get_proc_bind() != omp_proc_bind_false) return;
    int cores[detail::most_spread];
#pragma omp parallel
    {
        const int thread = omp_get_thread_num(), count = omp_get_num_threads();
        if (thread < detail::most_spread) cores[thread] = sched_getcpu();
#pragma omp barrier
        const int known = count < detail::most_spread ? count : detail::most_spread;
        bool shared = false;
        for (int before = 0; before < thread && before < known; ++before)
            shared = shared || (thread < known && cores[before] == cores[thread]);
        if (shared) detail::leave_for_another_core(cores, known);
    }
}
#else
template <class = void>
inline void spread_threads(Cpu) {}
#endif

}  // namespace genotype::inline v0_1::kernels
