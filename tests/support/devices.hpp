// The devices that a test of any device runs on: this machine's two, or, in a build of its own, those over thrust.
#pragma once

#include <doctest/doctest.h>

#include <type_traits>
#include <typeinfo>

#include "genotype/kernels/cpu.hpp"
#include "genotype/kernels/reference.hpp"

#if defined(GENOTYPE_TEST_THRUST)
#include "genotype/kernels/thrust.hpp"
#define GENOTYPE_TESTED_DEVICES genotype::ThrustCpp, genotype::ThrustOmp
using TestedDevice = genotype::ThrustOmp;
#else
#define GENOTYPE_TESTED_DEVICES genotype::Reference, genotype::Cpu
using TestedDevice = genotype::Cpu;
#endif

/// Calls f(device) for each of them.
template <class F>
void on_tested_devices(F f) {
    const auto on = [&](auto device) {
        INFO("on " << typeid(device).name());
        f(device);
    };
    [&]<class... Device>(std::type_identity<void(Device...)>) { (on(Device{}), ...); }
    (std::type_identity<void(GENOTYPE_TESTED_DEVICES)>{});
}
