// What a recipe's step is given from outside: samples, and labels or targets beside them.
#pragma once

#include <algorithm>
#include <concepts>
#include <span>
#include <string>

#include "genotype/losses/loss_domain.hpp"
#include "genotype/memory/input.hpp"
#include "genotype/memory/sender.hpp"
#include "genotype/models/labels.hpp"
#include "genotype/network/inputs.hpp"
#include "genotype/training/recipe.hpp"

namespace genotype::inline v0_1::detail {

/// Of what type the labels are that a step reads: networks take floats, `CrossEntropy` whole numbers.
template <class R>
consteval auto label_of() {
    if constexpr (requires { typename R::Label; })
        return typename R::Label{};
    else
        return 0.f;
}
template <class R>
consteval auto target_of() {
    if constexpr (requires { typename R::Target; })
        return std::type_identity<typename R::Target>{};
    else
        return std::type_identity<typename R::Sample>{};
}

/// Looks at it in the host's memory, and brings it to where the device reads it.
template <class R, class Device>
struct RecipeInputs {
    using Sample = typename R::Sample;
    using Target = typename decltype(target_of<R>())::type;
    static constexpr int classes = RecipeFacts<R>::classes;
    static constexpr bool has_targets = RecipeFacts<R>::has_targets;

    template <class Options>
    RecipeInputs(const Options& options, int, const Device&)
        : samples(options.batch), labels(classes > 0 ? options.batch : 0), values(has_targets ? options.batch : 0) {}

    /// Throw `Error` where something cannot be learnt from.
    static void check(View<Sample> batch) {
        LossDomain domain = LossDomain::real;
        if constexpr (requires { R::domain; }) domain = R::domain;
        check_target_domain(domain, batch.batch, Sample::count, batch.data, "Trainer: batch");
    }
    static void check(View<Sample> batch, const auto& given) {
        check(batch);
        check_targets(batch.batch, given);
    }
    static void check_targets(int samples, std::span<const int> given) {
        const char* sample = "sample of the batch";
        if constexpr (requires { R::sample_words; }) sample = R::sample_words;
        check_labels("Trainer", given, samples, classes, sample, [] {
            if constexpr (requires { R::label_words(); })
                return R::label_words();
            else
                return concat("one of the ", is_own<R> ? "recipe" : "network", "'s classes, 0 to ", classes - 1);
        });
    }
    static void check_targets(int samples, View<Target> given) requires has_targets {
        if (given.batch != samples)
            fail("Trainer", "batch of targets", given.batch, concat(samples, ", that of the samples"));
        LossDomain domain = LossDomain::real;
        if constexpr (requires { R::target_domain; }) domain = R::target_domain;
        check_target_domain(domain, given.batch, Target::count, given.data, "Trainer: targets");
    }

    /// Throws `Error` where a label is none that all its readers know.
    void take(std::span<const int> given) {
        here = given;
        check_readers();
        std::transform(given.begin(), given.end(), labels.staging(),
                       [](int label) { return static_cast<decltype(label_of<R>())>(label); });
        labels.send(static_cast<long>(given.size()));
    }
    void take(View<Target> given) requires has_targets { targets = values.take(given); }

    /// A network is given `given` by the recipe, whose labels may be those of the batch, from sample `first` on. Where
    /// the host does not read what lies on the device, it looks at them here.
    template <class Given>
    void hold_to(const Given& given, [[maybe_unused]] int first) {
        if constexpr (!Device::on_host && classes > 0 && std::same_as<decltype(label_of<R>()), float>) {
            given.each_label([&](const float* at, int known, const char* word) {
                if (at != labels.data() + first || known >= known_) return;
                known_ = known;
                reader_ = word;
            });
            check_readers();
        }
    }

    Input<Sample, Device> samples;
    Sent<decltype(label_of<R>()), Device> labels;
    std::span<const int> here;  // the labels where the host reads them, during a call
    Input<Target, Device> values;
    ViewOn<Target, Device> targets;

  private:
    void check_readers() const {
        if constexpr (!Device::on_host && classes > 0)
            for (std::size_t at = 0; at < here.size(); ++at)
                if (here[at] >= known_) fail_label(reader_, static_cast<int>(at), static_cast<float>(here[at]), known_);
    }

    int known_ = classes;  // to the reader of the fewest
    const char* reader_ = "";
};

/// A recipe's own where it says so.
template <class R, class Device>
consteval auto inputs_of() {
    if constexpr (RecipeFacts<R>::has_texts)
        return std::type_identity<typename R::template Texts<Device>>{};
    else
        return std::type_identity<RecipeInputs<R, Device>>{};
}

}  // namespace genotype::inline v0_1::detail
