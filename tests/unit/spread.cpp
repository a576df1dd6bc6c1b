// Threads that share a core are parted, and keep the right to run anywhere.
#include "genotype/kernels/cpu/simd/spread.hpp"

#include <doctest/doctest.h>
#include <omp.h>
#include <sched.h>

using namespace genotype;

TEST_CASE("a thread that shares its core goes to a free one and stays free to move") {
    cpu_set_t allowed;
    REQUIRE(sched_getaffinity(0, sizeof allowed, &allowed) == 0);
    if (CPU_COUNT(&allowed) < 2 || omp_get_proc_bind() != omp_proc_bind_false) {
        MESSAGE("skipped: one core, or threads that are bound");
        return;
    }
    omp_set_dynamic(0);
    omp_set_num_threads(2);
    const int here = sched_getcpu();
    const int occupied[] = {here, -1};
    kernels::detail::leave_for_another_core(occupied, 2);
    CHECK(sched_getcpu() != here);
    cpu_set_t after;
    REQUIRE(sched_getaffinity(0, sizeof after, &after) == 0);
    CHECK(CPU_EQUAL(&after, &allowed));

    spread_threads(Cpu{});
    int equal[2] = {};
#pragma omp parallel
    {
        cpu_set_t own;
        equal[omp_get_thread_num()] = sched_getaffinity(0, sizeof own, &own) == 0 && CPU_EQUAL(&own, &allowed);
    }
    CHECK(equal[0]);
    CHECK(equal[1]);
    omp_set_num_threads(1);
}

TEST_CASE("a thread stays where all cores are taken") {
    cpu_set_t allowed;
    REQUIRE(sched_getaffinity(0, sizeof allowed, &allowed) == 0);
    int taken[CPU_SETSIZE];
    for (int core = 0; core < CPU_SETSIZE; ++core) taken[core] = core;
    kernels::detail::leave_for_another_core(taken, CPU_SETSIZE);
    cpu_set_t after;
    REQUIRE(sched_getaffinity(0, sizeof after, &after) == 0);
    CHECK(CPU_EQUAL(&after, &allowed));
}
