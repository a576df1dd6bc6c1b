// The trainer of every recipe, but for how its steps are called.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>
#include <vector>

#include "genotype/training/recipe_inputs.hpp"
#include "genotype/training/recipe_step.hpp"
#include "genotype/training/step_memory.hpp"
#include "genotype/training/trainer_base.hpp"

namespace genotype::inline v0_1 {
namespace detail {

/// The workspaces of a recipe's runs.
template <class Indices, class... W>
struct WorkspaceSet;
template <std::size_t... i, class... W>
struct WorkspaceSet<std::index_sequence<i...>, W...> : TrainedAt<i, W>... {
    template <class Device>
    WorkspaceSet(int capacity, const Device& device) : TrainedAt<i, W>(capacity, device)... {}
};
template <class Device, Layer... N, ShapeType... In>
auto workspaces_of(Nets<N...>, Shapes<In...>)
    -> WorkspaceSet<std::index_sequence_for<N...>, Workspace<N, In, Training, Device>...>;

template <class Itself, class Options, class Device, class Optimizer, Layer... N>
auto base_of(Nets<N...>) -> std::type_identity<TrainerBase<Itself, Options, Device, Optimizer, N...>>;
template <class Itself, class R, class Device, class Optimizer>
using RecipeBase =
    typename decltype(base_of<Itself, typename decltype(options_of<R, Optimizer>())::type, Device, Optimizer>(
        networks_of<R>()))::type;

template <ShapeType... S>
constexpr long scratch_floats(int capacity, Shapes<S...>) {
    return (0 + ... + aligned(capacity * S::count));
}

/// What a recipe keeps for its steps: nothing, where it does not say `Beside`. It may say begin(options), too.
struct NothingBeside {
    template <class Device>
    NothingBeside(int, const Device&) {}
};
template <class R, class Device>
consteval auto beside_of() {
    if constexpr (requires { typename R::template Beside<Device>; })
        return std::type_identity<typename R::template Beside<Device>>{};
    else
        return std::type_identity<NothingBeside>{};
}

/// What of a recipe's trainer does not depend on how it is called: `make_step` and `make_evaluation`.
template <class Itself, class R, class Device, class Optimizer>
class RecipeRunner : public RecipeBase<Itself, R, Device, Optimizer> {
    using Base = RecipeBase<Itself, R, Device, Optimizer>;
    using Facts = RecipeFacts<R>;
    using Sums = typename Facts::Sums;
    using Batch = ViewOn<typename R::Sample, Device>;  // where the device reads it
    using First = typename ElementOf<0, typename Facts::Networks>::type;
    template <class, bool, bool>
    friend class RecipeStep;

  public:
    using recipe = R;
    using device_type = Device;
    using Options = typename decltype(options_of<R, Optimizer>())::type;
    using Losses = typename R::Losses;
    /// What a step returns: the losses, or on a device that computes beside the host what becomes them.
    using Report = Reported<Losses, Device>;
    static constexpr std::size_t networks = count_of(typename Facts::Networks{}),
                                 runs = count_of(typename Facts::Runs{});
    static constexpr bool has_noise = R::draws > 0;
    static constexpr int loss_floats = Facts::floats;

    RecipeRunner(const Options& options, const Device& device)
        : Base(checked(options), device, options_of_networks(options)),
          runs_(rows(this->capacity()), device),
          memory_(scratch(rows(this->capacity()))),
          beside_(rows(this->capacity()), device),
          given_(options, rows(this->capacity()), device),
          noise_(options.batch * R::draws) {
        if constexpr (requires { beside_.begin(options); }) beside_.begin(options);
        if constexpr (!requires { typename R::Scratch; }) rehearse();
    }

  protected:
    /// A step on a batch where the device reads it, of so many samples. Without `noise` it draws its own.
    Report make_step(Batch batch, int samples, const float* noise = nullptr) {
        const long draws = noise ? 0 : R::draws * samples;
        const float* const drawn = noise ? noise : noise_.data();
        if constexpr (requires { R::turns(this->options_, this->steps()); })
            turns_ = R::turns(this->options_, this->steps());
        std::uint64_t form = draws > 0;
        for (const bool has_turn : turns_) form = 2 * form + has_turn;
        if constexpr (requires { R::factor(this->options_, this->steps()); }) {
            factor_ = R::factor(this->options_, this->steps());
            form = form << 32 | std::bit_cast<std::uint32_t>(factor_);
        }
        const auto part = [&](const auto& step) {
            if constexpr (R::draws > 0)
                if (draws > 0) fill_normal(this->device_, draws, step.noise, noise_.data());
            RecipeStep<RecipeRunner, true> s(*this, batch, samples, drawn, step.layers);
            if constexpr (Facts::has_turns)
                R::step(s);
            else
                s.template learn<0>([&] { R::step(s); });
        };
        this->run_step({batch.data, drawn, samples, form}, draws, part, turns_);
        return this->template report<Losses>(losses_of, samples);
    }

    /// The same as inference runs, without learning. Draws are of their place in the batch and of the seed, from a
    /// stream of their own.
    auto make_evaluation(Batch batch, int samples, const Model<First, Device>& model) {
        if constexpr (R::draws > 0)
            fill_normal(this->device_, R::draws * samples,
                        RandomState{.seed = this->options_.seed, .stream = streams::evaluation}, noise_.data());
        RecipeStep<RecipeRunner, false> s(*this, batch, samples, noise_.data(), nullptr, &model);
        this->evaluate_micro_batches(samples, [&](const MicroBatch& micro) {
            s.begin(micro);
            R::step(s);
        });
        const Losses losses = this->template report<Losses>(losses_of, samples);
        if constexpr (requires { R::score(losses, s.right(), samples); })
            return R::score(losses, s.right(), samples);
        else
            return losses;
    }

  private:
    static const Options& checked(const Options& options) {
        if constexpr (requires { R::check(options); }) R::check(options);
        return options;
    }
    /// So many samples, or of a text its tokens.
    int rows(int samples) const {
        if constexpr (Facts::has_texts)
            return samples * this->options_.context;
        else
            return samples;
    }
    static auto options_of_networks(const Options& options) {
        if constexpr (requires { R::networks(options); })
            return R::networks(options);
        else
            return [&]<std::size_t... i>(std::index_sequence<i...>) {
                return std::array{
                    (static_cast<void>(i), NetworkOptions<Optimizer>{options.optimizer, options.average})...};
            }
        (std::make_index_sequence<networks>());
    }
    static long scratch(int capacity) {
        if constexpr (requires { typename R::Scratch; })
            return scratch_floats(capacity, typename R::Scratch{});
        else
            return 0;
    }
    /// Calls the step where no network runs, for all that it asks for then.
    void rehearse() {
        const Arena<Device> sample(R::Sample::count);
        using Target = decltype(given_.targets);
        const Arena<Device> target(Facts::has_targets ? Target::shape::count : 0);
        if constexpr (Facts::has_targets) given_.targets = {target.data(), 1};
        RecipeStep<RecipeRunner, true, true> s(*this, {sample.data(), 1}, 1, noise_.data(), nullptr);
        if constexpr (Facts::has_turns)
            R::step(s);
        else
            s.template learn<0>([&] { R::step(s); });
        given_.targets = {};
    }
    static Losses losses_of(const float* values, int samples) {
        Sums sums;
        std::memcpy(static_cast<void*>(&sums), values, sizeof sums);
        if constexpr (requires { R::losses(sums, samples); })
            return R::losses(sums, samples);
        else
            return sums;
    }

    template <std::size_t i>
    auto& run() {
        return at<i>(runs_);
    }

    decltype(workspaces_of<Device>(typename Facts::Runs{}, typename Facts::Inputs{})) runs_;
    StepMemory<Device> memory_;
    [[no_unique_address]] typename decltype(beside_of<R, Device>())::type beside_;

  protected:
    typename decltype(inputs_of<R, Device>())::type given_;

  private:
    Arena<Device> noise_;
    std::array<bool, networks> turns_ = Base::everyone;  // whether a network learns in this step
    float factor_ = 1;                                   // the recipe's, of a step
    std::vector<float> output_;  // what an evaluation looks at, where a network's output is not in the host's memory
};

}  // namespace detail
}  // namespace genotype::inline v0_1
