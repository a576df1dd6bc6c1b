// All that a training's next step depends on, as lists that know nothing of the model's type.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "genotype/io/state_dict.hpp"
#include "genotype/memory/host_copy.hpp"
#include "genotype/network/model_name.hpp"
#include "genotype/training/option_texts.hpp"
#include "genotype/training/trained.hpp"
#include "genotype/training/trainer.hpp"

namespace genotype::inline v0_1::detail {

/// The random states of a trainer: of the noise, where it has any, and of the layers' draws. No vector: each type of
/// which there is one takes long to compile.
struct NamedRandoms {
    struct Named {
        const char* name;
        RandomState* state;
    };

    Named list[2];
    int count = 0;

    const Named* begin() const { return list; }
    const Named* end() const { return list + count; }
};

/// Fills itself from `Trainer::describe_state`.
struct TrainingState {
    /// One optimiser at work. Its tensors are `optimizer.<tensor's name>.<state's name>`.
    struct Optimizer {
        std::string name;                  // of its network: "generator", or "" where there is one alone
        std::vector<std::string> tensors;  // "optimizer.generator.0.weight."
        bool counts_steps;                 // as PyTorch's does
        std::int64_t* steps;
        std::int64_t* updates = nullptr;  // of the network's average, where it has one: how many it has had
    };

    std::vector<StateTensor<float>> weights, states;
    std::vector<StateTensor<float>> averages;  // "average.generator.0.weight"
    std::vector<Optimizer> optimizers;
    NamedRandoms randoms;
    OptionTexts models;  // key in the metadata, and printed model
    FormerNames former;  // of their layers, of the optimiser and of the loss
    ListedOptions options;
    std::string training;         // in words
    bool joined = false;          // of several networks
    std::vector<Arena<>> copies;  // of what lies in another memory than the host's: parameters, buffers, states, ...

    /// To be called first, where there are several networks: what they are together.
    [[gnu::cold]] void joins(std::string_view word) {
        add_option(models, model_key_of(""), word);
        joined = true;
    }

    /// A model, the optimiser that changes it, and the average of its weights where it has one.
    template <class Network>
    [[gnu::cold]] void network(const std::string& prefix, Network& trained) {
        auto& [model, gradients, optimizer, average] = trained;
        using Net = typename std::remove_cvref_t<decltype(model)>::network;
        using Rule = std::remove_cvref_t<decltype(optimizer.optimizer())>;
        static_assert(
            requires { Rule::state_names, Rule::counts_steps, optimizer.optimizer().used_states(); },
            "an optimizer whose state goes into a checkpoint names it: see optimizers/adam.hpp");
        add_former_names_of_layers<Net>(former);
        const auto used = static_cast<std::size_t>(optimizer.optimizer().used_states());
        NetworkState state{tree<Net>,
                           model_name<Net>(),
                           on_host(model.parameters),
                           on_host(model.buffers),
                           std::span(Rule::state_names).first(used),
                           on_host(optimizer.state()),
                           Rule::counts_steps,
                           optimizer.steps(),
                           model.parameters.size()};
        if (average.is_there()) {
            state.average = on_host(average.parameters());
            state.average_buffers = on_host(average.buffers());
            state.updates = &average.updates();
        }
        add(prefix, state);
    }

    void random(const char* name, RandomState& state) { randoms.list[randoms.count++] = {name, &state}; }

    /// To be called last: the model of several networks is named after them.
    [[gnu::cold]] void name_joined_model() {
        if (!joined) return;
        std::string& name = models.front().second;
        for (std::size_t at = 1; at < models.size(); ++at) add_argument(name, at == 1, models[at].second);
        name += '>';
    }

  private:
    /// "generator" of "generator.".
    static std::string name_of(const std::string& prefix) { return prefix.substr(0, prefix.size() - !prefix.empty()); }

    template <class Memory>
    [[gnu::cold]] float* on_host(const Arena<Memory>& arena) {
        HostCopy<Memory> here(arena);
        if constexpr (!Memory::on_host) copies.push_back(here.take_copy());
        return here.data();
    }

    /// A network without its type.
    struct NetworkState {
        const LayerTree& tree;
        std::string name;
        float *parameters, *buffers;
        std::span<const char* const> names;  // of the optimiser's states
        float* states;
        bool counts_steps;
        std::int64_t& steps;
        long floats;  // of the parameters
        float *average = nullptr, *average_buffers = nullptr;
        std::int64_t* updates = nullptr;  // of the average, where there is one
    };
    [[gnu::cold, gnu::noinline]] void add(const std::string& prefix, const NetworkState& network) {
        const std::size_t first = weights.size();
        const std::size_t last =
            add_state(weights, network.tree, network.parameters, network.buffers, prefix, KeepNames{});
        add_option(models, model_key_of(prefix), network.name);
        add_optimizer(prefix, first, last, network.parameters, network.floats, network.names, network.states,
                      network.counts_steps, network.steps);
        if (!network.updates) return;
        add_state(averages, network.tree, network.average, network.average_buffers, concat(average_prefix, prefix),
                  KeepNames{});
        optimizers.back().updates = network.updates;
    }

    /// The states of the weights from `first` to `last`, which lie in one arena.
    [[gnu::cold]] void add_optimizer(const std::string& prefix, std::size_t first, std::size_t last,
                                     const float* parameters, long floats, std::span<const char* const> names,
                                     float* arena, bool counts_steps, std::int64_t& steps) {
        optimizers.push_back({name_of(prefix), {}, counts_steps, &steps});
        for (std::size_t at = first; at < last; ++at) {
            const StateTensor<float>& weight = weights[at];
            optimizers.back().tensors.push_back(concat("optimizer.", weight.info.name, "."));
            for (std::size_t state = 0; state < names.size(); ++state) {
                StateTensor<float> tensor = weight;
                tensor.info.name = concat(optimizers.back().tensors.back(), names[state]);
                tensor.data = arena + static_cast<long>(state) * floats + (weight.data - parameters);
                states.push_back(std::move(tensor));
            }
        }
    }
};

/// A trainer's state, and everything by which it is told from another: to be saved, or to be written over.
template <class Net, class Device, class Optimizer>
[[gnu::cold]] TrainingState describe(Trainer<Net, Device, Optimizer>& trainer) {
    TrainingState state;
    trainer.describe_state(trainer, state);
    state.name_joined_model();
    const OptionLister list(state.options);
    list("device", linked_type_name<Device>());  // the same from every compiler
    list("optimizer", name_in_files<Optimizer>());
    add_former_names<Optimizer>(state.former);
    if constexpr (requires { typename Net::Loss; }) {
        list("loss", name_in_files<typename Net::Loss>());
        add_former_names<typename Net::Loss>(state.former);
    }
    if constexpr (requires { typename Net::Noise; }) list("noise", linked_type_name<typename Net::Noise>());
    if constexpr (requires { Net::draws; }) list("recipe", name_in_files<Net>());
    const auto& options = trainer.options();
    options.for_each_option(list);
    state.training = concat(trainer.steps(), " steps of ", type_name<Optimizer>(), ", batches of up to ", options.batch,
                            ", seed ", options.seed);
    return state;
}
/// The same of a trainer that is only read. One list serves both, so that each model's is compiled once.
template <class Net, class Device, class Optimizer>
[[gnu::cold]] TrainingState describe(const Trainer<Net, Device, Optimizer>& trainer) {
    return describe(const_cast<Trainer<Net, Device, Optimizer>&>(trainer));
}

/// To be called after the state was written over: brings it to the devices, and makes their forms of the parameters.
struct Prepare {
    const TrainingState& state;
    std::size_t next = 0;  // of its copies

    [[gnu::cold]] void joins(const char*) {}
    [[gnu::cold]] void network(const std::string&, auto& trained) {
        send_back(trained.model.parameters);
        send_back(trained.model.buffers);
        send_back(trained.optimizer.state());
        trained.model.prepare();
        if (!trained.average.is_there()) return;
        send_back(trained.average.parameters());
        send_back(trained.average.buffers());
    }
    [[gnu::cold]] void random(const char*, RandomState&) {}

  private:
    template <class Memory>
    [[gnu::cold]] void send_back([[maybe_unused]] Arena<Memory>& arena) {
        if constexpr (!Memory::on_host) Memory::upload(state.copies[next++].data(), arena.size(), arena.data());
    }
};

}  // namespace genotype::inline v0_1::detail
