// Noise for a generator.
#pragma once

#if !defined(__CUDACC__)
#include "genotype/kernels/cpu/random.hpp"
#endif
#include "genotype/kernels/reference/random.hpp"
#include "genotype/memory/tensor.hpp"
#include "genotype/random/random_state.hpp"

namespace genotype::inline v0_1 {

/// `batch` samples of independent draws from N(0, 1); the same seed gives the same values on every machine.
/// PyTorch: torch.randn(batch, ...).
template <ShapeType S>
Tensor<S> normal(int batch, Seed seed) {
    Tensor<S> noise(batch);
#if defined(__CUDACC__)
    constexpr Reference device;  // the same values
#else
    constexpr Cpu device;
#endif
    fill_normal(device, noise.size(), RandomState{.seed = seed.value, .stream = streams::noise}, noise.data());
    return noise;
}

}  // namespace genotype::inline v0_1
