// What every trainer has, whatever its recipe.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <utility>

#include "genotype/kernels/capture.hpp"
#include "genotype/memory/pending.hpp"
#include "genotype/memory/sender.hpp"
#include "genotype/optimizers/schedule.hpp"
#include "genotype/training/layer_draws.hpp"
#include "genotype/training/micro_batch.hpp"
#include "genotype/training/trained.hpp"
#include "genotype/training/trainer.hpp"

namespace genotype::inline v0_1 {

/// Options, networks with their gradients, optimisers and averages, random states, the recording for a GPU, reports and
/// checkpoints. What is left to `Itself` is the recipe: its losses, its memory, and a step in terms of
///
///     this->run_step(key, draws, [&](const auto& step) { ...; this->learn(); });
///
/// `Options` has the fields schedule, clip_norm, batch and seed, and for_each_option (see `Adam`); with accumulate and
/// groups it can do what these say of every trainer. `Itself` is a specialisation of `Trainer`, and says `prefixes`,
/// the names of its networks in files ("generator."; "" where there is one), in the order of `Nets`; `has_noise`,
/// whether its steps draw numbers beside those of the layers; and where it has several networks `joins`, what they are
/// together. That of the recipes is `RecipeRunner`.
template <class Itself, class Options, class Device, class Optimizer, Layer... Nets>
class TrainerBase : public Checkpointed<Itself> {
    static constexpr std::size_t networks = sizeof...(Nets);
    template <std::size_t i>
    using Net = std::tuple_element_t<i, std::tuple<Nets...>>;

  public:
    const Options& options() const { return options_; }
    /// How many steps it has made: as many as the network that learns most often.
    std::int64_t steps() const {
        std::int64_t most = 0;
        each_network([&](auto i) { most = std::max(most, network<i>().optimizer.steps()); });
        return most;
    }

    /// The weights of network `i`, in the order of `Nets`; what it has is named by a trainer of several networks.
    template <std::size_t i>
    Model<Net<i>, Device>& model() {
        return network<i>().model;
    }
    template <std::size_t i>
    const Model<Net<i>, Device>& model() const {
        return network<i>().model;
    }
    template <std::size_t i>
    const Gradients<Net<i>, Device>& gradients() const {
        return network<i>().gradients;
    }
    template <std::size_t i>
    Model<Net<i>, Device> average() const {
        return average_of(network<i>());
    }

    Model<Net<0>, Device>& model() requires(networks == 1) { return network<0>().model; }
    const Model<Net<0>, Device>& model() const requires(networks == 1) { return network<0>().model; }
    const Gradients<Net<0>, Device>& gradients() const requires(networks == 1) { return network<0>().gradients; }

    /// The exponential moving average of the model over the steps, as a model of its own with packed weights: a copy,
    /// which later steps do not change. Batch statistics are averaged like the parameters, counters are copied. `Error`
    /// where the trainer's options have no `average`. Before the first step it is the model as it is then.
    /// PyTorch: AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(options.average), use_buffers=True).module,
    /// where num_batches_tracked would stay 1.
    Model<Net<0>, Device> average() const requires(networks == 1) { return average_of(network<0>()); }

    /// Calls `visit` for every part of its state: what saving, resuming and loading go by.
    template <class Self, class Visit>
    static void describe_state(Self& self, Visit& visit) {
        if constexpr (networks > 1) visit.joins(Itself::joins);
        each_network([&](auto i) { visit.network(Itself::prefixes[i], self.template network<i>()); });
        if constexpr (Itself::has_noise) visit.random("noise", self.random_);
        visit.random("layers", self.layers_random_.state());
    }

  protected:
    using NetworkOptions = detail::NetworkOptions<Optimizer>;
    /// That each network has a turn in a step.
    static constexpr std::array<bool, networks> everyone = [] {
        std::array<bool, networks> all{};
        for (bool& one : all) one = true;
        return all;
    }();

    /// All networks with initial values, of which each has the seed after the one before.
    TrainerBase(const Options& options, const Device& device, const std::array<NetworkOptions, networks>& each)
        : device_(device),
          options_(options),
          trained_(options.seed, each, device),
          micro_batches_(options, floats_of_losses()),
          random_{.seed = options.seed, .stream = streams::noise},
          layers_random_(options.seed) {
        if constexpr (requires { options.groups; }) {
            std::vector<long> found(options.groups.size());
            each_network([&](auto i) { network<i>().optimizer.group(options.groups, Itself::prefixes[i], found); });
            detail::check_groups(options.groups, found);
        }
    }

    template <std::size_t i>
    auto& network() {
        return detail::at<i>(trained_);
    }
    template <std::size_t i>
    const auto& network() const {
        return detail::at<i>(trained_);
    }
    /// Where a step's backward passes write, for `learn`.
    template <std::size_t i = 0>
    Gradients<Net<i>, Device>& gradients_of() {
        return network<i>().gradients;
    }
    template <class Trained>
    static auto average_of(const Trained& trained) {
        return trained.average.model(trained.model);
    }

    /// What a step that is recorded may take its random numbers from.
    struct Step {
        RandomState noise;    // `draws` numbers
        RandomState* layers;  // of layers, for `Workspace::forward`
    };

    /// Calls part(step), which is all that runs on the device; on a GPU it is recorded and launched as a whole, so what
    /// it reads of the host must be in `key`. Counts a step of each network that has a turn in it.
    template <class Part>
    void run_step(const kernels::GraphKey& key, long draws, Part part,
                  const std::array<bool, networks>& turns = everyone) {
        spread_threads(device_);
        const RandomState noise = random_.take(draws);
        const float factor = options_.schedule.factor(static_cast<long>(steps()));
        Numbers next{noise.position, layers_random_.state().position, {}};
        each_network([&](auto i) {
            if (turns[i]) next.updates[i] = network<i>().next(factor);
        });
        numbers_.send_one(next);
        const Numbers* const numbers = numbers_.data();
        (turns == everyone ? step_ : step_of_some_).run(key, [&] {
            part(Step{noise.counting_on(&numbers->noise), layers_random_.begin(&numbers->layers)});
            micro_batches_.add_up_losses(device_);
        });
        layers_random_.end();
        // Of a network that does not learn there is nothing to average.
        each_network([&](auto i) {
            if (turns[i] && !learns_[i]) network<i>().average.updates() = 0;
        });
    }

    /// The most samples that go through the networks at once: for how many they need memory.
    int capacity() const { return micro_batches_.capacity(); }
    /// Throws `Error` where a step cannot be made of so many samples.
    void check_batch(int batch) const {
        if (batch < 1 || batch > options_.batch)
            fail("Workspace", "batch", batch, detail::concat("1 to its capacity of ", options_.batch));
    }

    /// In a step, part(micro) for each `MicroBatch` of a batch. Whoever calls this says `loss_floats`, of how many
    /// floats in the device's memory a step's losses are made; each part writes its own to micro.losses, and afterwards
    /// their sums are `report`ed.
    template <class Part>
    void each_micro_batch(int batch, const Part& part) {
        micro_batches_.each(batch, part);
    }
    detail::MicroBatch micro_batch_of_rehearsal() { return micro_batches_.rehearsed(); }
    /// The same where no step is made: of an evaluation.
    template <class Part>
    void evaluate_micro_batches(int batch, const Part& part) {
        micro_batches_.each(batch, part);
        micro_batches_.add_up_losses(device_);
    }

    /// In a step, after the backward passes that wrote network i's gradients: changes its weights by them.
    template <std::size_t i = 0>
    void learn() {
        learns_[i] = true;
        network<i>().learn(numbers_.data()->updates + i, options_.clip_norm);
    }

    /// What a step returns: make(values, samples) of `count` numbers on the device, now or when somebody reads it.
    template <class Losses>
    detail::Reported<Losses, Device> report(const float* values, int count, typename Pending<Losses, Device>::Make make,
                                            int samples) {
        return detail::report<Losses, Device>(fetcher_, values, count, make, samples);
    }
    /// The same of the losses that each micro-batch wrote.
    template <class Losses>
    detail::Reported<Losses, Device> report(typename Pending<Losses, Device>::Make make, int samples) {
        return report<Losses>(micro_batches_.losses(), floats_of_losses(), make, samples);
    }

    [[no_unique_address]] Device device_;
    Options options_;

  private:
    /// What changes from step to step.
    struct Numbers {
        std::uint64_t noise, layers;  // where their random numbers begin
        detail::NetworkUpdate<Optimizer> updates[networks];
    };

    static constexpr int floats_of_losses() {
        if constexpr (requires { Itself::loss_floats; })
            return Itself::loss_floats;
        else
            return 0;
    }

    template <class Visit>
    static void each_network(const Visit& visit) {
        [&]<std::size_t... i>(std::index_sequence<i...>) {
            (visit(std::integral_constant<std::size_t, i>{}), ...);
        }
        (std::make_index_sequence<networks>());
    }

    detail::TrainedSet<std::index_sequence_for<Nets...>, detail::Trained<Nets, Device, Optimizer>...> trained_;
    detail::MicroBatches<Device> micro_batches_;
    kernels::GraphCache<Device> step_, step_of_some_;  // where all networks have a turn, and where not
    detail::Sent<Numbers, Device> numbers_{1};
    detail::StagedCopy<Device> fetcher_;
    RandomState random_;
    detail::LayerDraws layers_random_;
    std::array<bool, networks> learns_{};  // in a step; the first one is never recorded
};

}  // namespace genotype::inline v0_1
