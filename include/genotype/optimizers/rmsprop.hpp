// Gradient descent scaled by the root of the mean squared gradient.
#pragma once

#include <array>
#include <cstdint>

#include "genotype/kernels/device_resident.hpp"
#include "genotype/kernels/math.hpp"

namespace genotype::inline v0_1 {

namespace detail {

struct RmspropUpdate {
    float rate, keep, grow, epsilon, penalty;  // grow: 1 - keep

    template <class V>
    constexpr void operator()(V& parameter, const V& derivative, V& square) const {
        const V gradient = derivative + V(penalty) * parameter;
        square = V(keep) * square + V(grow) * (gradient * gradient);
        parameter = parameter - V(rate) * gradient / (sqrt(square) + V(epsilon));
    }
};

struct RmspropMomentumUpdate {
    float rate, keep, grow, epsilon, penalty, momentum;

    template <class V>
    constexpr void operator()(V& parameter, const V& derivative, V& square, V& velocity) const {
        const V gradient = derivative + V(penalty) * parameter;
        square = V(keep) * square + V(grow) * (gradient * gradient);
        velocity = V(momentum) * velocity + gradient / (sqrt(square) + V(epsilon));
        parameter = parameter - V(rate) * velocity;
    }
};

}  // namespace detail

/// PyTorch: torch.optim.RMSprop, not centred.
/// Source: Hinton, "Neural networks for machine learning", lecture 6e (2012).
struct RMSprop {
    float learning_rate = 1e-2f;
    float alpha = 0.99f;  // what is kept of the mean square
    float epsilon = 1e-8f;
    float weight_decay = 0;  // times the parameter, added to the gradient
    float momentum = 0;

    /// Arrays as long as the parameters that are kept from step to step: the mean square, and the velocity, which is
    /// not touched without momentum.
    static constexpr int states = 2;

    /// How many of them are in use, and what PyTorch's `state_dict` calls them; it also counts the steps there.
    static constexpr std::array<const char*, states> state_names{"square_avg", "momentum_buffer"};
    static constexpr bool counts_steps = true;
    constexpr int used_states() const { return momentum == 0 ? 1 : states; }

    /// Calls visit(name, value) for every option. A field that is not taken apart here does not compile.
    template <class Visit>
    constexpr void for_each_option(Visit&& visit) const {
        const auto& [rate, kept, smallest, decay, velocity] = *this;
        visit("learning_rate", rate);
        visit("alpha", kept);
        visit("epsilon", smallest);
        visit("weight_decay", decay);
        visit("momentum", velocity);
    }

    /// What changes from step to step.
    struct Update {
        detail::RmspropUpdate plain;
        detail::RmspropMomentumUpdate with_momentum;
    };
    Update update_of(std::int64_t /*step*/, float learning_rate_factor) const {
        const float rate = learning_rate * learning_rate_factor;
        const float grow = static_cast<float>(1 - static_cast<double>(alpha));
        return {{rate, alpha, grow, epsilon, weight_decay}, {rate, alpha, grow, epsilon, weight_decay, momentum}};
    }

    /// One step of n parameters by what stands at `by`, where the device reads. `state` holds `states` arrays of n,
    /// zero before step 1.
    template <class Device>
    void apply(Device device, long n, float* parameters, const float* gradients, float* state, const Update* by) const {
        if (momentum == 0)
            update_by(device, n, &by->plain, parameters, gradients, state);
        else
            update_by(device, n, &by->with_momentum, parameters, gradients, state, state + n);
    }
};

}  // namespace genotype::inline v0_1
