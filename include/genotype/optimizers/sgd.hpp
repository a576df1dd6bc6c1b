// Gradient descent with momentum.
#pragma once

#include <array>
#include <cstdint>

#include "genotype/kernels/device_resident.hpp"
#include "genotype/kernels/math.hpp"

namespace genotype::inline v0_1 {

namespace detail {

struct SgdUpdate {
    float rate, penalty;

    template <class V>
    constexpr void operator()(V& parameter, const V& derivative) const {
        parameter = parameter - V(rate) * (derivative + V(penalty) * parameter);
    }
};

struct SgdMomentumUpdate {
    float rate, penalty, momentum;
    bool nesterov;

    template <class V>
    constexpr void operator()(V& parameter, const V& derivative, V& velocity) const {
        const V gradient = derivative + V(penalty) * parameter;
        velocity = V(momentum) * velocity + gradient;
        parameter = parameter - V(rate) * (nesterov ? gradient + V(momentum) * velocity : velocity);
    }
};

}  // namespace detail

/// PyTorch: torch.optim.SGD with dampening 0.
/// Source: Sutskever et al., "On the importance of initialization and momentum in deep learning" (ICML 2013).
struct SGD {
    float learning_rate = 1e-3f;
    float momentum = 0;
    float weight_decay = 0;  // times the parameter, added to the gradient
    bool nesterov = false;

    /// Arrays as long as the parameters that are kept from step to step: the velocity, not touched without momentum.
    static constexpr int states = 1;

    /// How many of them are in use, and what PyTorch's `state_dict` calls them; it does not count the steps there.
    static constexpr std::array<const char*, states> state_names{"momentum_buffer"};
    static constexpr bool counts_steps = false;
    constexpr int used_states() const { return momentum == 0 ? 0 : states; }

    /// Calls visit(name, value) for every option. A field that is not taken apart here does not compile.
    template <class Visit>
    constexpr void for_each_option(Visit&& visit) const {
        const auto& [rate, kept, decay, looks_ahead] = *this;
        visit("learning_rate", rate);
        visit("momentum", kept);
        visit("weight_decay", decay);
        visit("nesterov", looks_ahead);
    }

    /// What changes from step to step.
    struct Update {
        detail::SgdUpdate plain;
        detail::SgdMomentumUpdate with_momentum;
    };
    Update update_of(std::int64_t /*step*/, float learning_rate_factor) const {
        const float rate = learning_rate * learning_rate_factor;
        return {{rate, weight_decay}, {rate, weight_decay, momentum, nesterov}};
    }

    /// One step of n parameters by what stands at `by`, where the device reads. `state` holds `states` arrays of n,
    /// zero before step 1.
    template <class Device>
    void apply(Device device, long n, float* parameters, const float* gradients, float* state, const Update* by) const {
        if (momentum == 0)
            update_by(device, n, &by->plain, parameters, gradients);
        else
            update_by(device, n, &by->with_momentum, parameters, gradients, state);
    }
};

}  // namespace genotype::inline v0_1
