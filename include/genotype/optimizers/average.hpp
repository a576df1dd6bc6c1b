// An average of weights: the rule of one step.
#pragma once

#include <string>

#include "genotype/shape/error.hpp"

namespace genotype::inline v0_1::detail {

/// One step of one value of an average. PyTorch: torch.lerp(average, value, 1 - decay), in its order of operations.
struct AverageUpdate {
    float decay;
    float grow;  // 1 - decay; 1 is a copy, of any bits

    template <class V>
    constexpr void operator()(V& average, const V& value) const {
        if (grow == 1)
            average = value;
        else if (grow < 0.5f)
            average = average + V(grow) * (value - average);
        else
            average = value - V(decay) * (value - average);
    }
};

/// The rules of one step, for values and for counters. The first step copies both.
struct AverageUpdates {
    AverageUpdate by_kind[2];
};
inline AverageUpdates average_updates(float decay, bool is_first) {
    constexpr AverageUpdate copy{.decay = 0, .grow = 1};
    const AverageUpdate follow{.decay = decay, .grow = static_cast<float>(1 - static_cast<double>(decay))};
    return {{is_first ? copy : follow, copy}};
}

/// `Error` where an average cannot have this decay. 0 is none.
inline float checked_average(float decay) {
    if (!(decay >= 0 && decay < 1))
        fail("Trainer", "average", std::to_string(decay), "0 for none, or a decay below 1, such as 0.999");
    return decay;
}

}  // namespace genotype::inline v0_1::detail
