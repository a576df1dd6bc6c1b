// What a model owns on one device: parameters, buffers, and the device's own forms of the parameters.
#pragma once

#include <cmath>
#include <utility>

#include "genotype/kernels/device.hpp"
#include "genotype/memory/arena.hpp"
#include "genotype/memory/packed.hpp"
#include "genotype/network/children.hpp"
#include "genotype/random/random_state.hpp"
#include "genotype/shape/error.hpp"

namespace genotype::inline v0_1 {

namespace detail {

struct Fill {
    float value;

    template <class V>
    constexpr void operator()(V& x) const {
        x = V(value);
    }
};

struct Widen {
    float factor;

    template <class V>
    constexpr void operator()(V& x) const {
        x = x * V(factor);
    }
};

template <class Device>
[[gnu::noinline]] void draw_initial_values(Device device, const Parameter& tensor, float* to, RandomState& random) {
    const Initial initial = tensor.initial;
    switch (initial.kind) {
        case Initial::constant:
            update(device, tensor.count(), Fill{initial.value}, to);
            break;
        case Initial::uniform_fan_in: {
            const float bound = 1 / std::sqrt(initial.value);
            fill_uniform(device, tensor.count(), random.take(tensor.count()), -bound, bound, to);
            break;
        }
        case Initial::normal:
            fill_normal(device, tensor.count(), random.take(tensor.count()), to);
            update(device, tensor.count(), Widen{initial.value}, to);
            break;
        case Initial::counter:
            Device::clear(to, tensor.count());
            break;
    }
}

[[gnu::noinline]] inline void check_floats(const char* what, long found, long expected) {
    if (found != expected) fail("Model", what, found, expected);
}

}  // namespace detail

/// Every tensor of `Net` in three arenas on the heap.
template <Layer Net, class Device>
class ModelWeights {
  public:
    /// Draws the initial values as PyTorch's modules do (the distribution, not the numbers), on the device that its own
    /// work runs on ever after.
    explicit ModelWeights(Seed seed, const Device& device = {}) : device_(device) {
        RandomState random{.seed = seed.value, .stream = streams::initial_values};
        draw<detail::Owned::parameters>(parameters.data(), random);
        draw<detail::Owned::buffers>(buffers.data(), random);
        prepare<PackedAfter::drawn>();
    }

    /// Takes values that are there, as they lie in another's arenas of the same network. `Error` where there are not as
    /// many.
    ModelWeights(Arena<Device> values, Arena<Device> statistics, const Device& device = {})
        : parameters(std::move(values)), buffers(std::move(statistics)), device_(device) {
        detail::check_floats("floats of the parameters", parameters.size(), parameter_floats<Net>());
        detail::check_floats("floats of the buffers", buffers.size(), buffer_floats<Net>());
        prepare();
    }

    /// To be called after every change of the parameters. A training says so, `prepare<PackedAfter::update>()`:
    /// then a layer such as `SpectralNorm` brings its buffers up to date. Without it buffers are only read.
    template <PackedAfter after = PackedAfter::loaded>
    void prepare() {
        constexpr PackedAfter seen = packing_sees_buffers<Net, Device>() ? after : PackedAfter::loaded;
        genotype::prepare<Net>(device_, Packing<seen>{parameters.data(), buffers.data(), packed.data()});
    }

    const Device& runs_on() const { return device_; }

    /// Every tensor starts on a 64-byte line; the gaps between them stay zero. See `for_each_tensor`.
    Arena<Device> parameters{parameter_floats<Net>()};
    /// Running statistics and counters: written by training, read by inference.
    Arena<Device> buffers{buffer_floats<Net>()};
    /// What `prepare` makes of the parameters: packed weights, of which each layer says the form.
    PackedArena<Device> packed{packed_bytes<Net, Device>()};

  private:
    template <detail::Owned What>
    void draw(float* arena, RandomState& random) const {
        for_each_tensor<Net, What>([&](const std::string&, const Parameter& tensor, long offset) {
            detail::draw_initial_values(device_, tensor, arena + offset, random);
        });
    }

    [[no_unique_address]] Device device_;
};

}  // namespace genotype::inline v0_1
