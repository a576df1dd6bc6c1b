// Our half of modules.py: for each network of a table, what it makes of an input, in files that PyTorch compares with.
#pragma once

#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>

#include "genotype/genotype.hpp"
#include "genotype/io/load_model.hpp"
#include "genotype/io/npy.hpp"
#include "genotype/io/save_model.hpp"

namespace interop {

using namespace genotype;

/// A VAE has none: its training step is its trainer's.
template <class Net, class In>
concept HasTrainingRun = requires {
    Net::template memory<Cpu, Training>(In::dims);
};

/// Writes STEM.before.safetensors, STEM.eval.npy, STEM.train.npy and STEM.after.safetensors: the model, what it makes
/// of `x` in inference and in training, and the model with the buffers that the training run has changed.
template <Layer Net, ShapeType In>
void answer(Model<Net>& model, const Tensor<In>& x, const std::string& stem) {
    save(model, stem + ".before.safetensors");
    save_npy(model(x), stem + ".eval.npy");
    if constexpr (HasTrainingRun<Net, In>) {
        Workspace<Net, In, Training> run(x.batch());
        RandomState random{.seed = 1, .stream = streams::layers};
        save_npy(run.forward(model, x, &random), stem + ".train.npy");
        save(model, stem + ".after.safetensors");
    }
}

/// One line of a table: `Net` on FOLDER/NAME.x.npy, once with PyTorch's weights, once with weights of its own.
template <Layer Net, ShapeType In>
void module(const std::filesystem::path& folder, const std::string& name) {
    const std::string stem = (folder / name).string();
    const Tensor<In> x = load_npy<In>(stem + ".x.npy");
    Model<Net> theirs(Seed{1}), ours(Seed{2});
    load(theirs, stem + ".safetensors");
    answer(theirs, x, stem + ".pytorch");
    if constexpr (HasTrainingRun<Net, In>) {  // so that no running statistic has its first value
        Workspace<Net, In, Training> run(x.batch());
        RandomState random{.seed = 2, .stream = streams::layers};
        run.forward(ours, x, &random);
    }
    answer(ours, x, stem + ".genotype");
    std::puts(name.c_str());
}

/// A program's main: `table(FOLDER)`.
template <class Table>
int run_table(int count, char** arguments, Table&& table) {
    if (count != 2) {
        std::fprintf(stderr, "usage: %s FOLDER\n", arguments[0]);
        return 2;
    }
    try {
        table(std::filesystem::path(arguments[1]));
    } catch (const std::exception& error) {
        std::fprintf(stderr, "FAULT %s\n", error.what());
        return 1;
    }
    return 0;
}

}  // namespace interop
