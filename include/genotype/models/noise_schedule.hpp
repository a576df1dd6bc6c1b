// How much noise an image has at each timestep of a diffusion.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <numbers>
#include <vector>

namespace genotype::inline v0_1 {

/// What a diffusion's noise is: `timesteps`, and of each, from 0 on, the variance of the noise that it adds, while it
/// multiplies what was there by the root of 1 - beta.
template <class N>
concept NoiseSchedule = requires {
    requires N::timesteps >= 1;
    { N::beta(0) } -> std::convertible_to<double>;
};

/// The cosine schedule: of an image's variance cos^2((s + 0.008) / 1.008 * pi / 2) is left after the share s of the
/// timesteps, but for bounds of each beta at 0.999. diffusers: beta_schedule="squaredcos_cap_v2".
/// Source: Nichol and Dhariwal, "Improved denoising diffusion probabilistic models" (ICML 2021).
template <int steps = 1000>
struct CosineNoise {
    static constexpr int timesteps = steps;

    static double beta(int timestep) { return std::min(1 - left_after(timestep + 1) / left_after(timestep), 0.999); }

  private:
    static double left_after(int timestep) {
        const double root = std::cos((static_cast<double>(timestep) / steps + 0.008) / 1.008 * std::numbers::pi / 2);
        return root * root;
    }
};

namespace detail {

/// By what the image and the noise are multiplied: the squares are alpha bar and 1 - alpha bar.
struct NoiseLevel {
    double of_image = 1, of_noise = 0;
};

/// Of each timestep.
template <NoiseSchedule Noise>
std::vector<NoiseLevel> noise_levels() {
    std::vector<NoiseLevel> levels(static_cast<std::size_t>(Noise::timesteps));
    double left = 1;
    for (int timestep = 0; timestep < Noise::timesteps; ++timestep) {
        left *= 1 - Noise::beta(timestep);
        levels[static_cast<std::size_t>(timestep)] = {std::sqrt(left), std::sqrt(1 - left)};
    }
    return levels;
}

}  // namespace detail
}  // namespace genotype::inline v0_1
