// Adam.
#pragma once

#include <cmath>
#include <cstdint>

#include "genotype/kernels/math.hpp"

namespace genotype {

namespace detail {

/// One Adam step of one parameter, in PyTorch's order of operations.
struct AdamUpdate {
    float keep_square, grow, grow_square;  // beta2, 1 - beta1, 1 - beta2
    float rate, root_correction, epsilon;  // rate: learning rate / (1 - beta1^step)
    float decay, shrink;                   // Adam's weight decay; AdamW's: 1 - learning rate * weight decay

    template <class V>
    constexpr void operator()(V& parameter, const V& raw, V& mean, V& square) const {
        const V gradient = raw + V(decay) * parameter;
        parameter = parameter * V(shrink);
        mean = mean + V(grow) * (gradient - mean);
        square = V(keep_square) * square + V(grow_square) * (gradient * gradient);
        parameter = parameter - V(rate) * mean / (sqrt(square) / V(root_correction) + V(epsilon));
    }
};

}  // namespace detail

/// Kingma and Ba, "Adam: a method for stochastic optimization" (ICLR 2015). PyTorch: torch.optim.Adam.
struct Adam {
    float learning_rate = 1e-3f;
    float beta1 = 0.9f;
    float beta2 = 0.999f;
    float epsilon = 1e-8f;
    float weight_decay = 0;  // added to the gradient: an L2 penalty

    static constexpr int states = 2;  // running means of the gradient and of its square

    /// `state` holds `states` arrays of n, zero before step 1.
    template <class Device>
    void step(Device device, long n, float* parameters, const float* gradients, float* state, std::int64_t step_number,
              float learning_rate_factor) const {
        const double rate = static_cast<double>(learning_rate) * learning_rate_factor;
        const double correction1 = 1 - std::pow(static_cast<double>(beta1), static_cast<double>(step_number));
        const double correction2 = 1 - std::pow(static_cast<double>(beta2), static_cast<double>(step_number));
        update(device, n,
               detail::AdamUpdate{.keep_square = beta2,
                                  .grow = static_cast<float>(1 - static_cast<double>(beta1)),
                                  .grow_square = static_cast<float>(1 - static_cast<double>(beta2)),
                                  .rate = static_cast<float>(rate / correction1),
                                  .root_correction = static_cast<float>(std::sqrt(correction2)),
                                  .epsilon = epsilon,
                                  .decay = weight_decay,
                                  .shrink = 1},
               parameters, gradients, state, state + n);
    }
};

}  // namespace genotype
