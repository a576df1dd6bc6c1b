// A batch with noise of each sample's timestep: samples are shared out to threads.
#pragma once

#include "genotype/kernels/cpu/simd/chunks.hpp"
#include "genotype/kernels/cpu/simd/ranges.hpp"
#include "genotype/kernels/device.hpp"

namespace genotype::inline v0_1::kernels {
namespace detail {

struct Diffused {
    float of_image, of_noise;

    template <class V>
    constexpr void operator()(V x, V noise, V& y, V& velocity) const {
        y = V(of_image) * x + V(of_noise) * noise;
        velocity = V(of_image) * noise - V(of_noise) * x;
    }
};

}  // namespace detail

/// See the reference's.
template <class = void>
inline void diffuse(Cpu, int batch, long count, const float* levels, const float* timesteps, const float* x,
                    const float* noise, float* y, float* velocity) {
#pragma omp parallel for schedule(static) if (batch * count >= detail::parallel_values)
    for (int sample = 0; sample < batch; ++sample) {
        const float* const level = levels + 2 * static_cast<long>(timesteps[sample]);
        const long at = sample * count;
        detail::update_range(detail::Diffused{level[0], level[1]}, count, x + at, noise + at, y + at, velocity + at);
    }
}

}  // namespace genotype::inline v0_1::kernels
