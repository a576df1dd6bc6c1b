// Images of a flow: its velocities followed from noise to data.
#pragma once

#include <concepts>
#include <cstdint>
#include <span>

#include "genotype/models/flow_matching.hpp"
#include "genotype/models/image_sampler.hpp"

namespace genotype::inline v0_1 {

/// How a flow is followed. diffusers' equivalents: FlowMatchEulerDiscreteScheduler and FlowMatchHeunDiscreteScheduler,
/// which step evenly too where their `shift` is 1.
enum class Solver {
    euler,     // one call of the network a step, and the error of a step is of the second order
    midpoint,  // two: halfway by the velocity at the step's begin, then all the way by that there; of the third order
    heun,      // two: all the way, then again by the mean of the velocities at both ends; of the third order
};

/// Options of `FlowSampler`.
struct FlowSampling {
    int steps = 10;
    Solver solver = Solver::midpoint;
    float guidance = 1;  // 1: the label's velocity; above 1 away from that without a label, which takes a second call
    std::uint64_t seed = 0;
};

/// Draws images of a flow with the memory for up to so many at once; one a thread. The same seed and labels give the
/// same images, for any number of threads.
///
///     FlowSampler<Flow> sampler(64);
///     Tensor<Image> images = sampler(trainer.average(), 64, labels, {.guidance = 1.5f});
///
/// `on_step(step)`, a `SamplingStep`, is called after each step, to show how far it is:
///
///     sampler(model, 64, labels, {}, [](const auto& step) { std::printf("\r%d/%d", step.done, step.steps); });
template <class Flow, class Device = Cpu>
class FlowSampler : detail::ImageSampler<Flow, Device> {
    using Base = detail::ImageSampler<Flow, Device>;

  public:
    using Net = typename Flow::Model;
    using Image = typename Flow::Image;
    using Base::has_labels;

    explicit FlowSampler(int capacity, const Device& device = {})
        : Base("FlowSampler", capacity, device), middle_(capacity * Image::count) {}

    /// As many images as there are labels, or, of a flow without labels, `count`. Throws `Error` where the labels are
    /// not `count`, one is no class, there are no steps, or there is a guidance without labels. The network's last
    /// class, none, is a label too.
    template <std::invocable<SamplingStep<Image, Device>> OnStep = detail::Unwatched>
    Tensor<Image> operator()(const Model<Net, Device>& model, int count, std::span<const int> labels = {},
                             const FlowSampling& options = {}, OnStep&& on_step = {}) {
        Base::check(count, labels, options.steps, Base::no_limit, options.guidance);
        Base::begin(count, labels, options.seed);
        const float step = 1 / static_cast<float>(options.steps);
        const auto move = [&](float factor, const float* velocity, float* to) {
            Base::move(count, detail::Along{factor}, velocity, to);
        };
        for (int done = 0; done < options.steps; ++done) {
            const auto velocity_at = [&](float time, const float* images) {
                return Base::output(model, images, count, time, options.guidance);
            };
            const float time = static_cast<float>(done) * step;
            const float* const velocity = velocity_at(time, x());
            if (options.solver == Solver::euler) {
                move(step, velocity, x());
            } else if (options.solver == Solver::midpoint) {
                move(step / 2, velocity, middle_.data());
                move(step, velocity_at(time + step / 2, middle_.data()), x());
            } else {
                move(step, velocity, middle_.data());
                move(step / 2, velocity, x());
                move(step / 2, velocity_at(time + step, middle_.data()), x());
            }
            on_step(SamplingStep<Image, Device>{done + 1, options.steps, {x(), count}});
        }
        return Base::result(count);
    }

  private:
    using Base::x;

    Arena<Device> middle_;
};

}  // namespace genotype::inline v0_1
