// Images of a flow: its velocities followed from noise to data.
#pragma once

#include <span>
#include <string>

#include "genotype/kernels/functions.hpp"
#include "genotype/memory/input.hpp"
#include "genotype/models/flow_matching.hpp"
#include "genotype/models/labels.hpp"
#include "genotype/network/model.hpp"

namespace genotype::inline v0_1 {

/// How a flow is followed.
enum class Solver {
    euler,     // one call of the network a step
    midpoint,  // two, and the error of a step is of the third order
};

/// Options of `FlowSampler`.
struct FlowSampling {
    int steps = 10;
    Solver solver = Solver::midpoint;
    float guidance = 1;  // 1: the label's velocity; above 1 away from that without a label, which takes a second call
    std::uint64_t seed = 0;
};

namespace detail {

/// y = x + factor * velocity.
struct Along {
    float factor;

    template <class V>
    constexpr V operator()(V x, V velocity) const {
        return x + V(factor) * velocity;
    }
};

/// none + guidance * (output - none), over `output`.
struct Guided {
    float guidance;

    template <class V>
    constexpr V operator()(V output, V none) const {
        return none + V(guidance) * (output - none);
    }
};

}  // namespace detail

/// Draws images of a flow with the memory for up to so many at once; one a thread. The same seed and labels give the
/// same images.
///
///     FlowSampler<Flow> sampler(64);
///     Tensor<Image> images = sampler(trainer.average(), 64, labels, {.guidance = 1.5f});
template <class Flow, class Device = Cpu>
class FlowSampler {
  public:
    using Net = typename Flow::Model;
    using Image = typename Flow::Image;
    static constexpr bool has_labels = Flow::has_labels;

    explicit FlowSampler(int capacity, const Device& device = {})
        : run_(capacity, device),
          input_(capacity),
          times_(capacity),
          labels_(has_labels ? capacity : 0),
          none_(has_labels ? capacity : 0),
          x_(capacity * Image::count),
          middle_(capacity * Image::count),
          output_(capacity * Image::count) {}

    /// As many images as there are labels, or, of a flow without labels, `count`. Throws `Error` where the labels are
    /// not `count`, one is no class, or there are no steps. The network's last class, none, is a label too.
    Tensor<Image> operator()(const Model<Net, Device>& model, int count, std::span<const int> labels = {},
                             const FlowSampling& options = {}) {
        check(count, labels, options);
        const long values = count * Image::count;
        const Device& device = run_.runs_on();
        const Tensor<Image> noise = normal<Image>(count, Seed{options.seed});
        map(device, values, kernels::Identity{}, x_.data(), input_.take(noise).data);
        take(labels);
        const float step = 1 / static_cast<float>(options.steps);
        for (int done = 0; done < options.steps; ++done) {
            const float time = static_cast<float>(done) * step;
            const float* velocity = follow(model, x_.data(), count, time, options.guidance);
            if (options.solver == Solver::midpoint) {
                map(device, values, detail::Along{step / 2}, middle_.data(), static_cast<const float*>(x_.data()),
                    velocity);
                velocity = follow(model, middle_.data(), count, time + step / 2, options.guidance);
            }
            map(device, values, detail::Along{step}, x_.data(), static_cast<const float*>(x_.data()), velocity);
        }
        return on_host<Device>(ViewOn<Image, Device>{x_.data(), count});
    }

  private:
    void check(int count, std::span<const int> labels, const FlowSampling& options) const {
        run_.check(count);
        if (options.steps < 1) fail("FlowSampler", "steps", options.steps, "1 or more");
        if constexpr (has_labels) {
            constexpr int classes = Flow::Label::shape::count_of_classes;
            detail::check_labels("FlowSampler", labels, count, classes, "image", [] {
                return detail::concat("0 to ", classes - 1, ", of which the last stands for none");
            });
        } else if (!labels.empty()) {
            fail("FlowSampler", "number of labels", labels.size(), "none: the network reads none");
        }
    }

    void take(std::span<const int> labels) {
        if constexpr (has_labels) {
            for (std::size_t at = 0; at < labels.size(); ++at) {
                labels_.staging()[at] = static_cast<float>(labels[at]);
                none_.staging()[at] = static_cast<float>(Flow::Label::shape::count_of_classes - 1);
            }
            labels_.send(static_cast<long>(labels.size()));
            none_.send(static_cast<long>(labels.size()));
        }
    }

    /// The velocity at x, until the next call.
    const float* follow(const Model<Net, Device>& model, const float* x, int count, float time, float guidance) {
        const Device& device = run_.runs_on();
        update(device, count, detail::Fill{time}, times_.data());
        const GivenValue<typename Flow::Time, MemoryOf<Device>> times{times_.data(), count};
        if constexpr (!has_labels) {
            return run_.forward(model, {x, count}, {times}).data;
        } else {
            using Labels = GivenValue<typename Flow::Label, MemoryOf<Device>>;
            const float* const output = run_.forward(model, {x, count}, {times, Labels{labels_.data(), count}}).data;
            if (guidance == 1) return output;
            map(device, count * Image::count, kernels::Identity{}, output_.data(), output);
            const float* const none = run_.forward(model, {x, count}, {times, Labels{none_.data(), count}}).data;
            map(device, count * Image::count, detail::Guided{guidance}, output_.data(),
                static_cast<const float*>(output_.data()), none);
            return output_.data();
        }
    }

    Workspace<Net, Image, Inference, Device> run_;
    detail::Input<Image, Device> input_;
    Arena<Device> times_;
    detail::Sent<float, Device> labels_, none_;
    Arena<Device> x_, middle_, output_;
};

}  // namespace genotype::inline v0_1
