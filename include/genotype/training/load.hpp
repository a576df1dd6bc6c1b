// Going on with weights, and an optimiser's state, that somebody else trained: PyTorch, for one.
#pragma once

#include <cmath>
#include <filesystem>

#include "genotype/training/checkpoint_reader.hpp"

namespace genotype::inline v0_1 {

namespace detail {

/// A count that a file has as a tensor of one value; below 0 where it is none.
template <class = void>
[[gnu::cold]] inline std::int64_t read_count(const SafeTensors& file, const TensorInfo& tensor) {
    constexpr double most = 0x1p53;
    const std::byte* from = file.bytes(tensor).data();
    double value = -1;
    std::int64_t count = -1;
    if (tensor.dtype == StorageType::I64 && file.bytes(tensor).size() == sizeof count) {
        std::memcpy(&count, from, sizeof count);
        return count;
    }
    if (tensor.dtype == StorageType::F32 && file.bytes(tensor).size() == sizeof(float))
        value = static_cast<double>(read_number<AsF32>(from));
    if (tensor.dtype == StorageType::F64 && file.bytes(tensor).size() == sizeof value)
        std::memcpy(&value, from, sizeof value);
    return value >= 0 && value <= most && std::floor(value) == value ? static_cast<std::int64_t>(value) : -1;
}

/// The steps that every tensor of an optimiser has made, as PyTorch keeps them: one count for each. All are the same.
template <class = void>
[[gnu::cold]] inline std::int64_t read_steps(const SafeTensors& file, const TrainingState::Optimizer& optimizer,
                                             Loading& loading) {
    std::int64_t steps = -1;
    for (const std::string& tensor : optimizer.tensors) {
        const std::string name = concat(tensor, "step");
        const TensorInfo* there = file.is_twice(name) ? nullptr : file.find(name);
        const std::int64_t count = there ? read_count(file, *there) : -1;
        if (count < 0)
            loading.fault(name, there ? there->text() : "no, or two, of this name", "one whole number of steps");
        else if (steps >= 0 && count != steps)
            loading.fault(name, concat(count, " steps"), concat(steps, ", as the tensors before it"));
        else
            steps = count;
    }
    // float32 counts to 2^24 exactly; a checkpoint's metadata further.
    if (const std::string* const exact = find_text(file.metadata(), key_of_steps(optimizer.name))) {
        std::int64_t count = -1;
        std::from_chars(exact->data(), exact->data() + exact->size(), count);
        if (static_cast<float>(count) == static_cast<float>(steps)) return count;
    }
    return steps;
}

template <class = void>
[[gnu::cold]] inline LoadReport load_training(const std::filesystem::path& path, const TrainingState& state) {
    const SafeTensors file(path);
    bool has_states = false;
    for (const TensorInfo& tensor : file.tensors()) has_states = has_states || tensor.name.starts_with("optimizer.");
    Loading loading(file, false, true);
    for (const auto& [key, name] : state.models) loading.expect_model(key, name, state.former);
    std::span<const StateTensor<float>> states;
    if (has_states) states = state.states;
    std::span<const StateTensor<float>> averages;
    if (has_average(file)) averages = state.averages;
    loading.expect_tensors({state.weights, states, averages}, "", "");
    std::vector<std::int64_t> steps, updates;
    for (const auto& optimizer : state.optimizers) {
        if (!optimizer.updates) continue;
        const std::string key = key_of_updates(optimizer.name);
        std::uint64_t number = averages.empty() ? 0 : 1;  // all that matters of another program's
        if (!averages.empty() && find_text(file.metadata(), key))
            number = MetadataReader(file.metadata(), state.former, loading).number(key, most_steps);
        updates.push_back(static_cast<std::int64_t>(number));
    }
    if (has_states) {
        find_surplus(file, state, !averages.empty(), loading);
        for (const auto& optimizer : state.optimizers)
            steps.push_back(optimizer.counts_steps ? read_steps(file, optimizer, loading) : *optimizer.steps);
    }
    loading.expect_no_faults();
    LoadReport report = loading.copy();
    for (std::size_t at = 0; at < steps.size(); ++at) *state.optimizers[at].steps = steps[at];
    const std::int64_t* update = updates.data();
    for (const auto& optimizer : state.optimizers)
        if (optimizer.updates) *optimizer.updates = *update++;
    return report;
}

}  // namespace detail

/// Reads weights and, where the file has any tensor named "optimizer.", the optimisers' states and steps, all of them.
/// An average of weights is read where both have one; where the file has none the trainer's begins anew with these.
/// Names are those of a checkpoint (see `save_checkpoint`); random states, options and positions stay the trainer's
/// own, so this also is how a training resumes with other options. Strict as `load` of a model: one `Error` lists all
/// faults, and the training is as it was.
/// PyTorch: see docs/pytorch.md.
template <class Net, class Device, class Optimizer>
LoadReport load(Trainer<Net, Device, Optimizer>& trainer, const std::filesystem::path& path) {
    const detail::TrainingState state = detail::describe(trainer);
    LoadReport report = detail::load_training(path, state);
    detail::RunOf{}(trainer) = {};  // another training begins here
    detail::Prepare prepare{state};
    trainer.describe_state(trainer, prepare);
    return report;
}

}  // namespace genotype::inline v0_1
