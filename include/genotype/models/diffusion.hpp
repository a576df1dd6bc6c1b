// A network that takes noise away as the model of a diffusion.
#pragma once

#include "genotype/models/noise_schedule.hpp"
#include "genotype/models/timed_model.hpp"

namespace genotype::why {

template <class Got>
struct network_of_a_diffusion_reads_one_time_and_at_most_one_label {};

}  // namespace genotype::why

namespace genotype::inline v0_1 {

namespace combinators {

/// See the alias `genotype::Diffusion`.
template <Layer N, ShapeType I, class T, class L, NoiseSchedule S>
struct Diffusion : detail::TimedModel<N, I, T, L> {
    using Noise = S;
};

}  // namespace combinators

namespace detail {

template <class N, class I, class S>
struct DiffusionKind {
    template <class Time, class Label>
    using Model = combinators::Diffusion<N, I, Time, Label, S>;
    template <class Got>
    using ReadsOthers = why::network_of_a_diffusion_reads_one_time_and_at_most_one_label<Got>;
};

}  // namespace detail

/// A network that tells an image (or any sample) from the noise in it. At timestep n of T it is given
/// a image + b noise, where a^2 is what the schedule leaves of the image's variance and b^2 = 1 - a^2, and gives
/// v = a noise - b image: image = a x - b v, noise = b x + a v. It reads what a network of a flow does
/// (`FlowMatching`): one name of shape (1), the time, which is n / T, so 0 is nearly without noise, where a flow's is
/// all noise; and at most one label, whose last class stands for none. `Sinusoid<width, 1000.f>` of the time is the
/// embedding of n in 1000 timesteps.
///
///     using Denoiser = Diffusion<UNet, Shape<1, 28, 28>>;
///
/// diffusers: a UNet2DModel with prediction_type="v_prediction".
/// Sources: Ho, Jain and Abbeel, "Denoising diffusion probabilistic models" (NeurIPS 2020); v: Salimans and Ho,
/// "Progressive distillation for fast sampling of diffusion models" (ICLR 2022).
template <Layer Net, ShapeType Image, NoiseSchedule Noise = CosineNoise<1000>>
using Diffusion =
    typename decltype(detail::timed_verdict<detail::DiffusionKind<Net, Image, Noise>, Net, Image>())::model;

}  // namespace genotype::inline v0_1
