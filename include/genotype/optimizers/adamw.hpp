// Adam with the weight decay taken out of the gradient.
#pragma once

#include <array>
#include <cstdint>

#include "genotype/kernels/device_resident.hpp"
#include "genotype/optimizers/adam_update.hpp"
#include "genotype/optimizers/decayed.hpp"

namespace genotype::inline v0_1 {

/// PyTorch: torch.optim.AdamW; with `Decayed::matrices`, of two groups of parameters as in nanoGPT's
/// `configure_optimizers`.
/// Source: Loshchilov and Hutter, "Decoupled weight decay regularization" (ICLR 2019).
struct AdamW {
    float learning_rate = 1e-3f;
    float beta1 = 0.9f;
    float beta2 = 0.999f;
    float epsilon = 1e-8f;
    float weight_decay = 1e-2f;  // each step takes learning_rate * weight_decay of a parameter away
    detail::Decayed decayed = detail::Decayed::all;

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
        const char* const all = "all";
        visit("decayed", which == detail::Decayed::all ? all : "matrices", all);
    }

    /// What changes from step to step, for parameters that are not decayed and for those that are. Steps are counted
    /// from 1.
    struct Update {
        detail::AdamUpdate by_decay[2];
    };
    Update update_of(std::int64_t step, float learning_rate_factor) const {
        const double rate = static_cast<double>(learning_rate) * static_cast<double>(learning_rate_factor);
        const detail::AdamUpdate f = detail::adam_update(rate, beta1, beta2, epsilon, step);
        Update both{{f, f}};
        both.by_decay[1].shrink = static_cast<float>(1 - rate * static_cast<double>(weight_decay));
        return both;
    }

    /// One step of n parameters by what stands at `by`, where the device reads. `state` holds `states` arrays of n,
    /// zero before step 1.
    template <class Device>
    void apply(Device device, long n, float* parameters, const float* gradients, float* state, const Update* by) const {
        update_by(device, n, by->by_decay + 1, parameters, gradients, state, state + n);
    }

    /// The same of parameters that are not all decayed: 0 takes its turn where they are not, 1 where they are.
    template <class Device>
    void apply(Device device, long n, float* parameters, const float* gradients, float* state, const Update* by,
               const kernels::Turns& turns) const {
        update_in_turns(device, turns, by->by_decay, n, parameters, gradients, state, state + n);
    }
};

}  // namespace genotype::inline v0_1
