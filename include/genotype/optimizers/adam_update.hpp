// What Adam and AdamW share.
#pragma once

#include <cmath>
#include <cstdint>

#include "genotype/kernels/math.hpp"

namespace genotype::inline v0_1::detail {

/// One step of one parameter, in PyTorch's order of operations.
struct AdamUpdate {
    float keep_square, grow, grow_square;  // beta2, 1 - beta1, 1 - beta2
    float rate;                            // learning rate / (1 - beta1^step)
    float root_correction;                 // sqrt(1 - beta2^step)
    float epsilon;
    float penalty;  // of Adam: weight_decay
    float shrink;   // of AdamW: 1 - learning rate * weight_decay

    template <class V>
    constexpr void operator()(V& parameter, const V& derivative, V& mean, V& square) const {
        const V gradient = derivative + V(penalty) * parameter;
        parameter = parameter * V(shrink);
        mean = mean + V(grow) * (gradient - mean);
        square = V(keep_square) * square + V(grow_square) * (gradient * gradient);
        parameter = parameter - V(rate) * mean / (sqrt(square) / V(root_correction) + V(epsilon));
    }
};

/// The corrections are worked out in double: 1 - beta2^step starts at a thousandth.
inline AdamUpdate adam_update(double rate, float beta1, float beta2, float epsilon, std::int64_t step) {
    const double first = static_cast<double>(beta1), second = static_cast<double>(beta2);
    return {.keep_square = beta2,
            .grow = static_cast<float>(1 - first),
            .grow_square = static_cast<float>(1 - second),
            .rate = static_cast<float>(rate / (1 - std::pow(first, static_cast<double>(step)))),
            .root_correction = static_cast<float>(std::sqrt(1 - std::pow(second, static_cast<double>(step)))),
            .epsilon = epsilon,
            .penalty = 0,
            .shrink = 1};
}

}  // namespace genotype::inline v0_1::detail
