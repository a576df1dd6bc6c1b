// Images of shortcuts: in one step, or in few.
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <span>

#include "genotype/models/image_sampler.hpp"
#include "genotype/models/shortcut.hpp"

namespace genotype::inline v0_1 {

/// Options of `ShortcutSampler`.
struct ShortcutSampling {
    int steps = 1;       // a power of two, to 128; each is a call of the network
    float guidance = 1;  // 1: the label's velocity; above 1 away from that without a label, which takes a second call
    std::uint64_t seed = 0;
};

/// Draws images of a `ShortcutModel` with the memory for up to so many at once; one a thread. The same seed and labels
/// give the same images, for any number of threads; see `FlowSampler`, which it is like, for `on_step`.
///
///     ShortcutSampler<OneStep> sampler(64);
///     Tensor<Image> images = sampler(trainer.average(), 64, labels);
template <class Shortcut, class Device = Cpu>
class ShortcutSampler : detail::ImageSampler<Shortcut, Device> {
    using Base = detail::ImageSampler<Shortcut, Device>;

  public:
    using Net = typename Shortcut::Model;
    using Image = typename Shortcut::Image;
    using Base::has_labels;

    explicit ShortcutSampler(int capacity, const Device& device = {}) : Base("ShortcutSampler", capacity, device) {}

    /// As many images as there are labels, or, without labels, `count`. Throws `Error` where the labels are not
    /// `count`, one is no class, the steps are no power of two to 128, or there is a guidance without labels.
    template <std::invocable<SamplingStep<Image, Device>> OnStep = detail::Unwatched>
    Tensor<Image> operator()(const Model<Net, Device>& model, int count, std::span<const int> labels = {},
                             const ShortcutSampling& options = {}, OnStep&& on_step = {}) {
        Base::check(count, labels, options.steps, Shortcut::most_steps, options.guidance);
        if (!std::has_single_bit(static_cast<unsigned>(options.steps)))
            fail("ShortcutSampler", "steps", options.steps, "a power of two: spans are 1, 1/2, 1/4 and so on");
        Base::begin(count, labels, options.seed);
        const float step = 1 / static_cast<float>(options.steps);
        for (int done = 0; done < options.steps; ++done) {
            const float time = static_cast<float>(done) * step;
            const float* const velocity = Base::output(model, x(), count, time, options.guidance, step);
            Base::move(count, detail::Along{step}, velocity, x());
            on_step(SamplingStep<Image, Device>{done + 1, options.steps, {x(), count}});
        }
        return Base::result(count);
    }

  private:
    using Base::x;
};

}  // namespace genotype::inline v0_1
