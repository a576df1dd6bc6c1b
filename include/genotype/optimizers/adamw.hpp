// Adam with the weight decay taken out of the gradient.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "genotype/optimizers/adam_update.hpp"
#include "genotype/optimizers/decayed.hpp"

namespace genotype {

/// PyTorch: torch.optim.AdamW; with `Decayed::matrices`, of two groups of parameters as in nanoGPT's
/// `configure_optimizers`.
/// Source: Loshchilov and Hutter, "Decoupled weight decay regularization" (ICLR 2019).
struct AdamW {
    float learning_rate = 1e-3f;
    float beta1 = 0.9f;
    float beta2 = 0.999f;
    float epsilon = 1e-8f;
    float weight_decay = 1e-2f;  // each step takes learning_rate * weight_decay of a parameter away
    Decayed decayed = Decayed::all;

    /// Arrays as long as the parameters that are kept from step to step: the means of the gradient and of its square.
    static constexpr int states = 2;

    /// How many of them are in use, and what PyTorch's `state_dict` calls them; it also counts the steps there.
    static constexpr std::array<const char*, states> state_names{"exp_avg", "exp_avg_sq"};
    static constexpr bool counts_steps = true;
    constexpr int used_states() const { return states; }

    /// Calls visit(name, value) for every option. A field that is not taken apart here does not compile.
    template <class Visit>
    constexpr void for_each_option(Visit&& visit) const {
        const auto& [rate, first, second, smallest, decay, which] = *this;
        visit("learning_rate", rate);
        visit("beta1", first);
        visit("beta2", second);
        visit("epsilon", smallest);
        visit("weight_decay", decay);
        if (which != Decayed::all) visit("decayed", "matrices");  // where all are, as before there was a choice
    }

    /// One step of n parameters. `state` holds `states` arrays of n, zero before step 1; steps are counted from 1.
    template <class Device>
    void step(Device device, long n, float* parameters, const float* gradients, float* state, std::int64_t step,
              float learning_rate_factor) const {
        const DecayStretch whole{.count = n};
        this->step(device, n, parameters, gradients, state, step, learning_rate_factor, {&whole, 1});
    }

    /// The same of n parameters that are not all decayed.
    template <class Device>
    void step(Device device, long n, float* parameters, const float* gradients, float* state, std::int64_t step,
              float learning_rate_factor, std::span<const DecayStretch> stretches) const {
        const double rate = static_cast<double>(learning_rate) * static_cast<double>(learning_rate_factor);
        detail::AdamUpdate f = detail::adam_update(rate, beta1, beta2, epsilon, step);
        const float shrink = static_cast<float>(1 - rate * static_cast<double>(weight_decay));
        for (const auto& [first, count, is_decayed] : stretches) {
            f.shrink = is_decayed ? shrink : 1;
            update(device, count, f, parameters + first, gradients + first, state + first, state + n + first);
        }
    }
};

}  // namespace genotype
