// Adam.
#pragma once

#include <array>
#include <cstdint>

#include "genotype/kernels/device_resident.hpp"
#include "genotype/optimizers/adam_update.hpp"

namespace genotype::inline v0_1 {

/// PyTorch: torch.optim.Adam.
/// Source: Kingma and Ba, "Adam: a method for stochastic optimization" (ICLR 2015).
struct Adam {
    float learning_rate = 1e-3f;
    float beta1 = 0.9f;
    float beta2 = 0.999f;
    float epsilon = 1e-8f;
    float weight_decay = 0;  // times the parameter, added to the gradient

    /// Arrays as long as the parameters that are kept from step to step: the means of the gradient and of its square.
    static constexpr int states = 2;

    /// How many of them are in use, and what PyTorch's `state_dict` calls them; it also counts the steps there.
    static constexpr std::array<const char*, states> state_names{"exp_avg", "exp_avg_sq"};
    static constexpr bool counts_steps = true;
    constexpr int used_states() const { return states; }

    /// Calls visit(name, value) for every option; visit(name, value, what files that lack it mean) for one that is
    /// added later, so that older checkpoints still open. A field that is not taken apart here does not compile.
    template <class Visit>
    constexpr void for_each_option(Visit&& visit) const {
        const auto& [rate, first, second, smallest, decay] = *this;
        visit("learning_rate", rate);
        visit("beta1", first);
        visit("beta2", second);
        visit("epsilon", smallest);
        visit("weight_decay", decay);
    }

    /// What changes from step to step. Steps are counted from 1.
    using Update = detail::AdamUpdate;
    Update update_of(std::int64_t step, float learning_rate_factor) const {
        const double rate = static_cast<double>(learning_rate) * static_cast<double>(learning_rate_factor);
        Update f = detail::adam_update(rate, beta1, beta2, epsilon, step);
        f.penalty = weight_decay;
        return f;
    }

    /// One step of n parameters by what stands at `by`, where the device reads. `state` holds `states` arrays of n,
    /// zero before step 1.
    template <class Device>
    void apply(Device device, long n, float* parameters, const float* gradients, float* state, const Update* by) const {
        update_by(device, n, by, parameters, gradients, state, state + n);
    }
};

}  // namespace genotype::inline v0_1
