// Writing a whole training to a file: what `trainer.save(path)` does.
#pragma once

#include <filesystem>
#include <string>

#include "genotype/training/checkpoint_parts.hpp"
#include "genotype/training/checkpoint_reader.hpp"
#include "genotype/training/load.hpp"
#include "genotype/training/save.hpp"

namespace genotype::inline v0_1 {

namespace detail {

/// Everything of the file but the tensors.
[[gnu::cold]] inline FileMetadata checkpoint_metadata(const TrainingState& state, const CheckpointParts& parts) {
    FileMetadata metadata = state_metadata(state);
    const auto put = [&](std::string_view key, const TextPiece& value) { add_text(metadata, key, value.text()); };
    put(checkpoint_key, checkpoint_format);
    for (const auto& optimizer : state.optimizers) put(key_of_steps(optimizer.name), *optimizer.steps);
    for (const auto& optimizer : state.optimizers)
        if (optimizer.updates) put(key_of_updates(optimizer.name), *optimizer.updates);
    for (const auto& [name, random] : state.randoms) {
        put(key_of_random(name, "seed"), random->seed);
        put(key_of_random(name, "position"), random->position);
        put(key_of_random(name, "stream"), random->stream);
    }
    add_options(metadata, state.options.texts);
    if (parts.has_loader) {
        put(loader_epoch_key, parts.loader.position.epoch);
        put(loader_batch_key, parts.loader.position.batch);
        add_options(metadata, parts.loader.options.texts);
    }
    if (parts.history) put(history_columns_key, joined_columns(*parts.history));
    return metadata;
}

/// The file: weights, the optimisers' states, their steps as PyTorch counts them, and the history.
[[gnu::cold]] inline void write_checkpoint(const std::filesystem::path& path, const TrainingState& state,
                                           const CheckpointParts& parts, const FileMetadata& more) {
    FileMetadata metadata = checkpoint_metadata(state, parts);
    for (const auto& [key, text] : more) add_text(metadata, key, text);
    std::vector<TensorInfo> tensors;
    std::vector<float> steps;
    const auto lists = {&state.weights, &state.states, &state.averages};
    for (const auto* list : lists)
        for (const auto& tensor : *list) tensors.push_back(TensorInfo(tensor.info));
    const auto write_value = [&](std::size_t index, TensorSink& sink) {
        for (const auto* list : lists) {
            if (index < list->size()) return write_tensor((*list)[index], sink);
            index -= list->size();
        }
    };
    const std::size_t first_step = tensors.size();
    for (const auto& optimizer : state.optimizers)
        for (std::size_t at = 0; optimizer.counts_steps && at < optimizer.tensors.size(); ++at) {
            tensors.push_back({.name = concat(optimizer.tensors[at], "step")});
            steps.push_back(static_cast<float>(*optimizer.steps));
        }
    const std::size_t history = tensors.size();
    if (parts.history) {
        const auto rows = static_cast<std::uint64_t>(parts.history->rows());
        tensors.push_back({.name = std::string(history_tensor), .shape = {rows, parts.history->columns().size()}});
    }
    remove_left_overs(path.parent_path(), path.filename().string());
    save_safetensors(path, std::move(tensors), metadata, [&](std::size_t index, TensorSink& sink) {
        if (index == history)
            sink.write(parts.history->values().data(), parts.history->values().size_bytes());
        else if (index >= first_step)
            sink.write(&steps[index - first_step], sizeof(float));
        else
            write_value(index, sink);
    });
}

}  // namespace detail

/// What `trainer.save(path, with...)` calls; `with` is a Loader, MovingDigits or TextWindows, a History, or both. The
/// file holds
///
///     generator.0.weight ...                       weights and buffers, as save(trainer, path) writes them
///     optimizer.generator.0.weight.exp_avg ...     the optimisers' states, in PyTorch's words: exp_avg and
///                                                  exp_avg_sq of Adam and AdamW, momentum_buffer of SGD, square_avg
///                                                  of RMSprop; and step, where PyTorch's optimiser has one
///     average.generator.0.weight ...               the average of weights and buffers, where there is one; also what
///                                                  load(model, path, {.prefix = "average.generator."}) reads
///     genotype.history                             the losses, (steps, columns)
///
/// and in the metadata, all as "genotype.NAME": the format's number `checkpoint`, `steps`, the `average`'s `updates`,
/// the `random` states, the `loader`'s position, and every `option` but those that older files lack and that are as
/// these are taken to be.
template <class Net, class Device, class Optimizer, detail::CheckpointPart... With>
void save_checkpoint(const Trainer<Net, Device, Optimizer>& trainer, const std::filesystem::path& path,
                     const With&... with) {
    detail::CheckpointParts parts;
    (detail::add_part(parts, with), ...);
    detail::write_checkpoint(path, detail::describe(trainer), parts, {});
}

/// What `trainer.resume(path, with...)` calls. `Error` where the checkpoint has a loader's position and no loader is
/// given, so that no training begins its data anew unnoticed; a history may be left out.
template <class Net, class Device, class Optimizer, detail::CheckpointPart... With>
void resume_checkpoint(Trainer<Net, Device, Optimizer>& trainer, const std::filesystem::path& path, With&... with) {
    detail::CheckpointParts parts;
    (detail::add_part(parts, with), ...);
    std::vector<float> history;
    const detail::TrainingState state = detail::describe(trainer);
    [[maybe_unused]] const LoaderPosition position =
        detail::read_checkpoint(path, state, parts, history, detail::RunOf{}(trainer));
    detail::Prepare prepare{state};
    trainer.describe_state(trainer, prepare);
    (detail::restore_part(with, position, history), ...);
}

}  // namespace genotype::inline v0_1
