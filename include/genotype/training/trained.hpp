// One network in training, with all that belongs to it from step to step.
#pragma once

#include "genotype/training/averaged.hpp"
#include "genotype/training/optimized.hpp"

namespace genotype::detail {

/// What of one network's update changes from step to step.
template <class Optimizer>
struct NetworkUpdate {
    typename Optimizer::Update weights;
    AverageUpdates average;
};

template <Layer Net, class Device, class Optimizer>
struct Trained {
    using Update = NetworkUpdate<Optimizer>;

    Trained(Seed seed, const Optimizer& rule, float decay, const Device& device)
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

}  // namespace genotype::detail
