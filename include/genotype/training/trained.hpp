// One network in training, with all that belongs to it from step to step.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "genotype/training/averaged.hpp"
#include "genotype/training/optimized.hpp"

namespace genotype::inline v0_1::detail {

/// What a network is trained by.
template <class Optimizer>
struct NetworkOptions {
    Optimizer optimizer;
    float average = 0;
};

/// What of one network's update changes from step to step.
template <class Optimizer>
struct NetworkUpdate {
    typename Optimizer::Update weights;
    AverageUpdates average;
};

template <Layer Net, class Device, class Optimizer>
struct Trained {
    using Update = NetworkUpdate<Optimizer>;

    [[gnu::cold]] Trained(Seed seed, const Optimizer& rule, float decay, const Device& device)
        : model(seed, device), optimizer(rule), average(decay) {}

    /// The two halves of a step: what it is made by, and, recorded on a GPU, clipping, the optimiser's update, packing,
    /// and the average.
    Update next(float learning_rate_factor) { return {optimizer.next(learning_rate_factor), average.next()}; }
    void learn(const Update* by, float clip_norm) {
        optimizer.apply(model, gradients, &by->weights, clip_norm);
        average.apply(model, &by->average);
    }

    Model<Net, Device> model;
    Gradients<Net, Device> gradients;
    Optimized<Net, Device, Optimizer> optimizer;
    Averaged<Net, Device> average;
};

/// Several of them, each made where it stays: what moves costs the compiler more than it costs the program.
template <std::size_t i, class T>
struct TrainedAt {
    template <class... From>
    explicit TrainedAt(const From&... from) : trained(from...) {}

    T trained;
};
template <class Indices, class... T>
struct TrainedSet;
template <std::size_t... i, class... T>
struct TrainedSet<std::index_sequence<i...>, T...> : TrainedAt<i, T>... {
    /// Each has the seed after the one before.
    template <class Each, class Device>
    TrainedSet(std::uint64_t seed, const Each& each, const Device& device)
        : TrainedAt<i, T>(Seed{seed + i}, each[i].optimizer, each[i].average, device)... {}
};
template <std::size_t i, class T>
T& at(TrainedAt<i, T>& one) {
    return one.trained;
}
template <std::size_t i, class T>
const T& at(const TrainedAt<i, T>& one) {
    return one.trained;
}

}  // namespace genotype::inline v0_1::detail
