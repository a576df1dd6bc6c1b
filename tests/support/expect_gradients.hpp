// Gradients of a layer against finite differences, as a doctest check.
#pragma once

#include <doctest/doctest.h>

#include "genotype/genotype.hpp"
#include "genotype/testing.hpp"
#include "support/devices.hpp"

template <class Layer, class In, class Device = TestedDevice>
void expect_gradients(const genotype::GradientCheckOptions& options = {}) {
    const genotype::GradientCheck found = genotype::check_gradients<Layer, In, Device>(options);
    INFO(found.fault);
    CHECK(found.passed);
    CHECK(found.compared > 0);
}
