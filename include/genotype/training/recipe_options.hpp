// The options that every training has, and how a checkpoint lists them.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "genotype/optimizers/schedule.hpp"
#include "genotype/training/parameter_group.hpp"

namespace genotype::inline v0_1 {
namespace detail {

/// Calls visit(name, value) for the options that all trainings have behind those of their optimisers. `average`,
/// `accumulate` and `groups` came after the first files.
template <class Visit>
constexpr void visit_shared_options(Visit&& visit, const Schedule& schedule, float clip_norm, float average,
                                    int accumulate, const ParameterGroups& groups) {
    visit("schedule", schedule);
    visit("clip_norm", clip_norm);
    visit("average", average, 0.f);
    visit("accumulate", accumulate, 1);
    visit("groups", text_of(groups), std::string());
}

}  // namespace detail

/// Options of a recipe's trainer, where the recipe names no others.
template <class Optimizer>
struct RecipeOptions {
    Optimizer optimizer{};
    Schedule schedule{};
    float clip_norm = 0;       // 0: no clipping
    float average = 0;         // decay of the average of weights, such as 0.999; 0: none
    int accumulate = 1;        // micro-batches that a batch goes through the networks in: see `MicroBatch`
    ParameterGroups groups{};  // parameters with options of their own, or frozen
    int batch = 64;            // the largest batch that a step will see
    std::uint64_t seed = 0;

    /// Calls visit(name, value) for every option. A field that is not taken apart here does not compile.
    template <class Visit>
    constexpr void for_each_option(Visit&& visit) const {
        const auto& [of_model, rates, longest, decay, pieces, own, largest, draws] = *this;
        visit("optimizer", of_model);
        detail::visit_shared_options(visit, rates, longest, decay, pieces, own);
        visit("batch", largest);
        visit("seed", draws);
    }
};

}  // namespace genotype::inline v0_1
