// How the learning rate changes from step to step.
#pragma once

#include <cmath>
#include <numbers>
#include <string>

#include "genotype/shape/error.hpp"

namespace genotype::inline v0_1 {

/// A factor for the learning rate, as a function of the steps that were already taken.
///
///     Schedule::cosine(10'000, 500, 0.1f)
class Schedule {
  public:
    constexpr Schedule() = default;

    /// Always 1.
    static constexpr Schedule constant() { return {}; }

    /// 1/steps, 2/steps, ... 1, and 1 from then on.
    /// PyTorch: LinearLR(start_factor=1/steps, total_iters=steps-1).
    static Schedule linear_warmup(long steps) {
        require(steps >= 1, "linear_warmup", "steps", std::to_string(steps), "at least 1");
        Schedule schedule;
        schedule.warmup_ = steps;
        return schedule;
    }

    /// Half a cosine from 1 at step `warmup` to `minimum` at step `steps`, and `minimum` from then on; before it the
    /// linear warm-up. PyTorch: CosineAnnealingLR(T_max=steps-warmup, eta_min=minimum*learning_rate), which would rise
    /// again; SGDR, Loshchilov and Hutter (ICLR 2017).
    static Schedule cosine(long steps, long warmup = 0, float minimum = 0) {
        require(warmup >= 0, "cosine", "warmup", std::to_string(warmup), "at least 0");
        require(steps > warmup, "cosine", "steps", std::to_string(steps), "more than warmup");
        Schedule schedule;
        schedule.kind_ = Kind::cosine;
        schedule.warmup_ = warmup;
        schedule.steps_ = steps;
        schedule.value_ = minimum;
        return schedule;
    }

    /// Multiplied by `factor` after every `every` steps. PyTorch: StepLR(step_size=every, gamma=factor).
    static Schedule step_decay(long every, float factor) {
        require(every >= 1, "step_decay", "every", std::to_string(every), "at least 1");
        Schedule schedule;
        schedule.kind_ = Kind::steps;
        schedule.steps_ = every;
        schedule.value_ = factor;
        return schedule;
    }

    /// The factor for the step after `step` others: the first one's is factor(0).
    float factor(long step) const {
        if (step < warmup_) return static_cast<float>(static_cast<double>(step + 1) / static_cast<double>(warmup_));
        switch (kind_) {
            case Kind::constant:
                return 1;
            case Kind::steps:
                return static_cast<float>(std::pow(static_cast<double>(value_), static_cast<double>(step / steps_)));
            case Kind::cosine:
                break;
        }
        if (step >= steps_) return value_;
        const double way = static_cast<double>(step - warmup_) / static_cast<double>(steps_ - warmup_);
        const double lowest = static_cast<double>(value_);
        return static_cast<float>(lowest + (1 - lowest) * (1 + std::cos(std::numbers::pi * way)) / 2);
    }

    /// Calls visit(name, value) for everything that tells one schedule from another.
    template <class Visit>
    constexpr void for_each_option(Visit&& visit) const {
        const auto& [kind, warmup, steps, value] = *this;
        visit("kind", kind == Kind::constant ? "constant" : kind == Kind::cosine ? "cosine" : "step_decay");
        visit("warmup", warmup);
        visit("steps", steps);
        visit("value", value);
    }

  private:
    enum class Kind { constant, cosine, steps };

    static void require(bool right, const char* where, const char* field, const std::string& found,
                        const char* expected) {
        if (!right) fail(detail::concat("Schedule::", where), field, found, expected);
    }

    Kind kind_ = Kind::constant;
    long warmup_ = 0;  // steps
    long steps_ = 0;   // where the cosine ends; how long a stair is
    float value_ = 1;  // the cosine's minimum; a stair's factor
};

}  // namespace genotype::inline v0_1
