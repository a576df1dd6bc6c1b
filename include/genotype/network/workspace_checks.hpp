// What a workspace refuses, compiled once for all networks.
#pragma once

#include "genotype/shape/concat_text.hpp"
#include "genotype/shape/error.hpp"

namespace genotype::inline v0_1::detail {

[[gnu::noinline]] inline void check_capacity(int batch, int capacity) {
    if (batch < 1 || batch > capacity) fail("Workspace", "batch", batch, concat("1 to its capacity of ", capacity));
}

/// Of a backward run, of the forward run before it, and of the gradients by its output and its input.
[[gnu::noinline]] inline void check_batches(int batch, int of_forward, int of_output, int of_input) {
    if (batch != of_forward) fail("Workspace", "batch of the forward run", of_forward, batch);
    if (of_output != batch) fail("Workspace", "batch of the output's gradient", of_output, batch);
    if (of_input != batch) fail("Workspace", "batch of the input's gradient", of_input, batch);
}

[[gnu::noinline]] inline void check_gradients_size(long floats, long parameters) {
    if (floats != parameters)
        fail("Workspace", "floats of the gradients", floats, concat(parameters, ", those of the model's parameters"));
}

}  // namespace genotype::inline v0_1::detail
