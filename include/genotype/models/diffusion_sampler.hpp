// Images of a diffusion: the noise taken away in a few steps.
#pragma once

#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "genotype/models/diffusion.hpp"
#include "genotype/models/image_sampler.hpp"
#include "genotype/random/random_state.hpp"

namespace genotype::inline v0_1 {

/// Options of `DiffusionSampler`.
struct DiffusionSampling {
    int steps = 50;      // calls of the network, evenly among the timesteps; all of them: as it was learnt
    float guidance = 1;  // 1: the label's output; above 1 away from that without a label, which takes a second call
    float eta = 0;       // 0: DDIM, nothing is drawn after the first noise; 1: DDPM, which draws in each step
    std::uint64_t seed = 0;
};

namespace detail {

/// of_image * x + of_velocity * velocity.
struct Turned {
    float of_image, of_velocity;

    template <class V>
    constexpr V operator()(V x, V velocity) const {
        return V(of_image) * x + V(of_velocity) * velocity;
    }
};

}  // namespace detail

/// Draws images of a diffusion with the memory for up to so many at once; one a thread. The same seed and labels give
/// the same images, for any number of threads.
///
///     DiffusionSampler<Denoiser> sampler(64);
///     Tensor<Image> images = sampler(trainer.average(), 64, labels, {.steps = 20, .guidance = 1.5f});
///
/// It begins at the last timestep, and the last step ends at the image itself. `on_step(step)`, a `SamplingStep`, is
/// called after each step, to show how far it is.
///
/// diffusers: DDIMScheduler(beta_schedule="squaredcos_cap_v2", prediction_type="v_prediction",
/// timestep_spacing="trailing", clip_sample=False) with set_timesteps(steps) and step(..., eta=eta), where the number
/// of timesteps is a multiple of the steps; elsewhere diffusers steps to timesteps beside those that it visits.
/// Sources: Song, Meng and Ermon, "Denoising diffusion implicit models" (ICLR 2021); from the last timestep: Lin et
/// al., "Common diffusion noise schedules and sample steps are flawed" (WACV 2024).
template <class Diffusion, class Device = Cpu>
class DiffusionSampler : detail::ImageSampler<Diffusion, Device> {
    using Base = detail::ImageSampler<Diffusion, Device>;
    using Noise = typename Diffusion::Noise;

  public:
    using Net = typename Diffusion::Model;
    using Image = typename Diffusion::Image;
    using Base::has_labels;

    explicit DiffusionSampler(int capacity, const Device& device = {})
        : Base("DiffusionSampler", capacity, device),
          levels_(detail::noise_levels<Noise>()),
          noise_(capacity * Image::count) {}

    /// As many images as there are labels, or, of a diffusion without labels, `count`. Throws `Error` where the labels
    /// are not `count`, one is no class, the steps are not 1 to the number of timesteps, `eta` is not 0 to 1, or there
    /// is a guidance without labels. The network's last class, none, is a label too.
    template <std::invocable<SamplingStep<Image, Device>> OnStep = detail::Unwatched>
    Tensor<Image> operator()(const Model<Net, Device>& model, int count, std::span<const int> labels = {},
                             const DiffusionSampling& options = {}, OnStep&& on_step = {}) {
        Base::check(count, labels, options.steps, Noise::timesteps, options.guidance);
        if (!(options.eta >= 0 && options.eta <= 1))
            fail("DiffusionSampler", "eta", std::to_string(options.eta), "0 (DDIM) to 1 (DDPM)");
        Base::begin(count, labels, options.seed);
        RandomState random{.seed = options.seed, .stream = streams::noise};
        random.take(count * Image::count);  // the first noise
        for (int done = 0; done < options.steps; ++done) {
            const int timestep = timestep_of(done, options.steps);
            const bool is_last = done + 1 == options.steps;
            const detail::NoiseLevel from = level(timestep),
                                     to = is_last ? detail::NoiseLevel{} : level(timestep_of(done + 1, options.steps));
            // The deviation of the noise that is drawn, and the size of that which stays.
            const double share = from.of_image / to.of_image,
                         drawn = static_cast<double>(options.eta) * to.of_noise / from.of_noise *
                                 std::sqrt(1 - share * share),
                         kept = std::sqrt(to.of_noise * to.of_noise - drawn * drawn);
            const float* const velocity =
                Base::output(model, x(), count, static_cast<float>(timestep) / static_cast<float>(Noise::timesteps),
                             options.guidance);
            Base::move(count,
                       detail::Turned{static_cast<float>(to.of_image * from.of_image + kept * from.of_noise),
                                      static_cast<float>(kept * from.of_image - to.of_image * from.of_noise)},
                       velocity, x());
            if (drawn > 0) {
                fill_normal(Base::device(), count * Image::count, random.take(count * Image::count), noise_.data());
                Base::move(count, detail::Along{static_cast<float>(drawn)}, noise_.data(), x());
            }
            on_step(SamplingStep<Image, Device>{done + 1, options.steps, {x(), count}});
        }
        return Base::result(count);
    }

  private:
    using Base::x;

    /// Evenly down from the last: round(T - step T / steps) - 1.
    static int timestep_of(int step, int steps) {
        return static_cast<int>((2L * Noise::timesteps * (steps - step) + steps) / (2L * steps)) - 1;
    }
    const detail::NoiseLevel& level(int timestep) const { return levels_[static_cast<std::size_t>(timestep)]; }

    std::vector<detail::NoiseLevel> levels_;
    Arena<Device> noise_;
};

}  // namespace genotype::inline v0_1
