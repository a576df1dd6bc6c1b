// What the samplers of flows, shortcuts and diffusions share: noise, labels, guidance, and how far it is.
#pragma once

#include <cmath>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "genotype/kernels/functions.hpp"
#include "genotype/memory/input.hpp"
#include "genotype/memory/sender.hpp"
#include "genotype/models/labels.hpp"
#include "genotype/models/timed_model.hpp"
#include "genotype/network/model.hpp"
#include "genotype/network/normal.hpp"

namespace genotype::inline v0_1 {

/// What a sampler tells after each step, on the device; the images are there until it goes on.
template <ShapeType Image, class Device = Cpu>
struct SamplingStep {
    int done, steps;
    ViewOn<Image, Device> images;  // as they are now, still with noise before the last step
};

namespace detail {

/// Who does not want to be told.
struct Unwatched {
    constexpr void operator()(const auto&) const {}
};

/// x + factor * other.
struct Along {
    float factor;

    template <class V>
    constexpr V operator()(V x, V other) const {
        return x + V(factor) * other;
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

/// The memory of up to `capacity` images on their way, and the network's output for all of them at one time.
template <class Timed, class Device>
class ImageSampler {
  public:
    using Net = typename Timed::Model;
    using Image = typename Timed::Image;
    static constexpr bool has_labels = Timed::has_labels, has_span = !std::is_void_v<typename Timed::Span>;

  protected:
    ImageSampler(const char* name, int capacity, const Device& device)
        : name_(name),
          run_(capacity, device),
          input_(capacity),
          times_(capacity),
          spans_(has_span ? capacity : 0),
          labels_(has_labels ? capacity : 0),
          none_(has_labels ? capacity : 0),
          x_(capacity * Image::count),
          output_(capacity * Image::count) {}

    void check(int count, std::span<const int> labels, int steps, int most, float guidance) const {
        run_.check(count);
        if (steps < 1 || steps > most)
            fail(name_, "steps", steps, most == no_limit ? "1 or more" : concat("1 to ", most));
        if (!std::isfinite(guidance)) fail(name_, "guidance", std::to_string(guidance), "a finite number");
        if constexpr (has_labels) {
            constexpr int classes = Timed::Label::shape::count_of_classes;
            check_labels(name_, labels, count, classes, "image",
                         [] { return concat("0 to ", classes - 1, ", of which the last stands for none"); });
        } else {
            if (!labels.empty()) fail(name_, "number of labels", labels.size(), "none: the network reads none");
            if (guidance != 1)
                fail(name_, "guidance", std::to_string(guidance),
                     "1: the network reads no label, which a guidance would leave out");
        }
    }
    static constexpr int no_limit = std::numeric_limits<int>::max();

    /// Noise, and what is to become of it. The same seed gives the same noise.
    void begin(int count, std::span<const int> labels, std::uint64_t seed) {
        const Tensor<Image> noise = normal<Image>(count, Seed{seed});
        map(device(), count * Image::count, kernels::Identity{}, x(), input_.take(noise).data);
        if constexpr (has_labels) {
            for (std::size_t at = 0; at < labels.size(); ++at) {
                labels_.staging()[at] = static_cast<float>(labels[at]);
                none_.staging()[at] = static_cast<float>(Timed::Label::shape::count_of_classes - 1);
            }
            labels_.send(static_cast<long>(labels.size()));
            none_.send(static_cast<long>(labels.size()));
        }
    }
    Tensor<Image> result(int count) { return on_host<Device>(ViewOn<Image, Device>{x(), count}); }

    const Device& device() const { return run_.runs_on(); }
    float* x() { return x_.data(); }
    /// f of each value of the images and of `other`, to `to`.
    template <class F>
    void move(int count, const F& f, const float* other, float* to) {
        map(device(), count * Image::count, f, to, static_cast<const float*>(x()), other);
    }

    /// The network's output for `images` at a time, of shortcuts for so long a span, until the next call.
    const float* output(const Model<Net, Device>& model, const float* images, int count, float time, float guidance,
                        [[maybe_unused]] float span = 0) {
        update(device(), count, Fill{time}, times_.data());
        if constexpr (has_span) update(device(), count, Fill{span}, spans_.data());
        if constexpr (!has_labels) {
            return run(model, images, count);
        } else {
            using Labels = GivenValue<typename Timed::Label, MemoryOf<Device>>;
            const float* const given = run(model, images, count, Labels{labels_.data(), count});
            if (guidance == 1) return given;
            map(device(), count * Image::count, kernels::Identity{}, output_.data(), given);
            const float* const none = run(model, images, count, Labels{none_.data(), count});
            map(device(), count * Image::count, Guided{guidance}, output_.data(),
                static_cast<const float*>(output_.data()), none);
            return output_.data();
        }
    }

  private:
    template <class... Labels>
    const float* run(const Model<Net, Device>& model, const float* images, int count, const Labels&... labels) {
        const GivenValue<typename Timed::Time, MemoryOf<Device>> times{times_.data(), count};
        if constexpr (has_span) {
            const GivenValue<typename Timed::Span, MemoryOf<Device>> spans{spans_.data(), count};
            return run_.forward(model, {images, count}, {times, spans, labels...}).data;
        } else {
            return run_.forward(model, {images, count}, {times, labels...}).data;
        }
    }

    const char* name_;
    Workspace<Net, Image, Inference, Device> run_;
    Input<Image, Device> input_;
    Arena<Device> times_, spans_;
    Sent<float, Device> labels_, none_;
    Arena<Device> x_, output_;
};

}  // namespace detail
}  // namespace genotype::inline v0_1
