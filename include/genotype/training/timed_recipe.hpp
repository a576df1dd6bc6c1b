// What the training steps of flows and diffusions share: numbers of draws from N(0, 1), and labels that are left out.
#pragma once

#include <cmath>
#include <numbers>
#include <string>

#include "genotype/kernels/math.hpp"
#include "genotype/models/timed_model.hpp"
#include "genotype/training/recipe_trainer.hpp"

namespace genotype::inline v0_1::detail {

/// The probability of a draw from N(0, 1) below this one: of draws it is uniform between 0 and 1.
template <class V>
constexpr V normal_probability(V draw) {
    return V(0.5f) * erfc(draw * V(-0.7071067812f));  // 1 / sqrt(2)
}

/// Below which a draw from N(0, 1) is with this probability.
inline float normal_quantile(float probability) {
    double low = -40, high = 40;
    for (int halving = 0; halving < 80; ++halving) {
        const double middle = (low + high) / 2;
        (std::erfc(-middle / std::numbers::sqrt2) / 2 < static_cast<double>(probability) ? low : high) = middle;
    }
    return static_cast<float>(low);
}

/// The label, or none where a draw from N(0, 1) is below a bound.
struct DroppedLabel {
    float bound, none;

    template <class V>
    constexpr V operator()(V label, V draw) const {
        return select(draw < V(bound), V(none), label);
    }
};

/// A recipe of a `TimedModel`.
template <class Timed>
struct TimedRecipe {
    using Network = typename Timed::Model;
    using Sample = typename Timed::Image;
    using Losses = float;
    struct Sums {
        float velocity;
    };
    static constexpr long draws = Sample::count + 2;  // noise, a time, whether the label is left out
    static constexpr LossDomain domain = LossDomain::real;
    /// Classes that a label may have: all of the network's but the last, which stands for none.
    static constexpr int classes = classes_of_name<typename Timed::Label>() - int{Timed::has_labels};

    /// The times, and labels of which some are left out.
    template <class Step>
    static typename Step::template Inputs<0> inputs(Step& s, typename Step::template Batch<Shape<1>> t) {
        if constexpr (classes > 0)
            return {given<typename Timed::Time>(t), given<typename Timed::Label>(dropped_labels(s))};
        else
            return {given<typename Timed::Time>(t)};
    }
    template <class Step>
    static auto dropped_labels(Step& s) {
        const DroppedLabel dropped{normal_quantile(s.options().label_drop), static_cast<float>(classes)};
        return s.compute(dropped, s.labels(), s.template normal<Shape<1>>());
    }

    static float losses(const Sums& sums, int) { return sums.velocity; }
    static void check_label_drop(float label_drop) {
        if (!(label_drop >= 0 && label_drop < 1))
            fail("Trainer", "label_drop", std::to_string(label_drop), "0 to below 1");
    }
    static constexpr const char* sample_words = "image of the batch";
    static std::string label_words() {
        return concat("one of the network's classes, 0 to ", classes - 1, "; ", classes, " stands for none");
    }
};

}  // namespace genotype::inline v0_1::detail
