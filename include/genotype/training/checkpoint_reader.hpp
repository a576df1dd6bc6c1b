// Reading a whole training from a file: everything is checked before anything is written over.
#pragma once

#include <charconv>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "genotype/io/load_model.hpp"
#include "genotype/training/checkpoint_keys.hpp"
#include "genotype/training/checkpoint_parts.hpp"
#include "genotype/training/trainer.hpp"
#include "genotype/training/training_state.hpp"

namespace genotype::inline v0_1::detail {

/// As many as a count of steps or epochs holds.
inline constexpr std::uint64_t most_steps = std::numeric_limits<std::int64_t>::max();

/// The metadata's numbers and texts, each held against what is wanted; what does not fit becomes a fault.
class MetadataReader {
  public:
    [[gnu::cold]] MetadataReader(const FileMetadata& metadata, const FormerNames& former, Loading& loading)
        : metadata_(metadata), former_(former), loading_(loading) {}

    /// A whole number up to `most`, or a fault and 0.
    [[gnu::cold, gnu::noinline]] std::uint64_t number(std::string_view key, std::uint64_t most) {
        const std::string* const text = find_text(metadata_, key);
        std::uint64_t value = 0;
        if (text) {
            const char* const end = text->data() + text->size();
            const auto [stop, error] = std::from_chars(text->data(), end, value);
            if (error == std::errc{} && stop == end && value <= most) return value;
        }
        loading_.fault(key, text ? in_quotes(*text) : "nothing", concat("a whole number from 0 to ", most));
        return 0;
    }

    [[gnu::cold, gnu::noinline]] void same_text(std::string_view key, std::string_view expected) {
        const std::string* const text = find_text(metadata_, key);
        if (!text || *text != expected) loading_.fault(key, text ? in_quotes(*text) : "nothing", in_quotes(expected));
    }

    /// All options, and no others; one that is not there is what `absent` says of it. The device is reported, and may
    /// be another: the file is the same on each.
    [[gnu::cold]] void same_options(const FileMetadata& wanted, const FileMetadata& absent) {
        const std::string device = key_of_option("device");
        for (const auto& [key, text] : wanted)
            if (key != device) same_option(key, absent, text);
        for (const auto& [key, text] : metadata_) {
            if (!key.starts_with(option_prefix) || find_text(wanted, key)) continue;
            if (const std::string* const expected = find_text(absent, key))
                same_option(key, absent, *expected);
            else
                loading_.fault(key, in_quotes(text), "no such option");
        }
    }

  private:
    [[gnu::cold, gnu::noinline]] void same_option(std::string_view key, const FileMetadata& absent,
                                                  std::string_view expected) {
        const std::string* text = find_text(metadata_, key);
        if (!text) text = find_text(absent, key);
        if (!text || with_todays_names(*text, former_) != expected)
            loading_.fault(key, text ? in_quotes(*text) : "nothing", in_quotes(expected));
    }

    const FileMetadata& metadata_;
    const FormerNames& former_;
    Loading& loading_;
};

/// Ends where a file is no checkpoint, or one that a later version wrote.
[[gnu::cold]] inline void expect_checkpoint(const SafeTensors& file) {
    const std::string* const found = find_text(file.metadata(), checkpoint_key);
    const std::string here = concat(checkpoint_format);
    if (!found)
        fail(file.name(), checkpoint_key, "nothing",
             "a checkpoint's format, as trainer.save(path) writes it (load(trainer, path) reads weights)");
    if (*found != here)
        fail(file.name(), checkpoint_key, in_quotes(*found),
             concat("format ", here, ": another version of genotype wrote this checkpoint"));
}

/// Of which training a checkpoint says to be; none where it says nothing.
[[gnu::cold]] inline TrainingRun read_run(const SafeTensors& file) {
    TrainingRun run;
    const std::string* const id = find_text(file.metadata(), run_key);
    const std::string* const after = find_text(file.metadata(), run_after_key);
    if (!id) return run;
    if (id->size() != run_digits || id->find_first_not_of("0123456789abcdef") != id->npos)
        fail(file.name(), run_key, in_quotes(*id), concat(run_digits, " hexadecimal digits"));
    run.id = *id;
    if (after) run.after = *after;
    return run;
}

/// The history's values, or a fault.
[[gnu::cold]] inline std::vector<float> read_history(const SafeTensors& file, const History& history,
                                                     Loading& loading) {
    const TensorInfo* there = file.find(history_tensor);
    if (!there || there->dtype != StorageType::F32 || there->shape.size() != 2 ||
        there->shape[1] != history.columns().size()) {
        loading.fault(history_tensor, there ? there->text() : "nothing",
                      concat("F32 [steps, ", history.columns().size(), "]"));
        return {};
    }
    const auto bytes = file.bytes(*there);
    std::vector<float> values(bytes.size() / sizeof(float));
    if (!values.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
}

/// Whether a file has an average of weights.
[[gnu::cold]] inline bool has_average(const SafeTensors& file) {
    for (const TensorInfo& tensor : file.tensors())
        if (tensor.name.starts_with(average_prefix)) return true;
    return false;
}

/// Tensors of optimisers' states that none of the trainer's has; where they are looked at, of averages too.
[[gnu::cold]] inline void find_surplus(const SafeTensors& file, const TrainingState& state, bool looks_at_averages,
                                       Loading& loading) {
    constexpr std::string_view step = "step";
    NameList states, averages, counted;
    for (const auto& tensor : state.states) states.add(tensor.info.name);
    for (const auto& optimizer : state.optimizers)
        for (std::size_t at = 0; optimizer.counts_steps && at < optimizer.tensors.size(); ++at)
            counted.add(optimizer.tensors[at]);
    for (const auto& tensor : state.averages) averages.add(tensor.info.name);
    states.sort();
    averages.sort();
    counted.sort();
    for (const TensorInfo& there : file.tensors()) {
        const std::string_view name = there.name;
        const bool is_known = states.count(name) > 0 ||
                              (name.ends_with(step) && counted.count(name.substr(0, name.size() - step.size())) > 0);
        const bool is_surplus = (name.starts_with("optimizer.") && !is_known) ||
                                (looks_at_averages && name.starts_with(average_prefix) && averages.count(name) == 0);
        if (is_surplus) loading.fault(name, there.text(), "nothing");
    }
}

/// Writes the file's state over the one that `state` points to, and returns the loader's position.
[[gnu::cold]] inline LoaderPosition read_checkpoint(const std::filesystem::path& path, const TrainingState& state,
                                                    const CheckpointParts& parts, std::vector<float>& history,
                                                    TrainingRun& run) {
    const SafeTensors file(path);
    expect_checkpoint(file);
    TrainingRun run_there = read_run(file);
    Loading loading(file, false, false);
    for (const auto& [key, name] : state.models) loading.expect_model(key, name, state.former);
    // Where the options say that only one of the two has an average, their sentence is enough.
    const bool says_average = find_text(file.metadata(), key_of_option("average")) != nullptr;
    std::span<const StateTensor<float>> averages;
    if (says_average || has_average(file)) averages = state.averages;
    loading.expect_tensors({state.weights, state.states, averages}, "", "");
    find_surplus(file, state, !says_average || !averages.empty(), loading);
    MetadataReader metadata(file.metadata(), state.former, loading);

    FileMetadata options, absent;
    add_options(options, state.options.texts);
    add_options(absent, state.options.absent);
    LoaderPosition position;
    if (parts.has_loader) {
        add_options(options, parts.loader.options.texts);
        add_options(absent, parts.loader.options.absent);
        position.epoch = static_cast<long>(metadata.number(loader_epoch_key, most_steps));
        position.batch =
            static_cast<int>(metadata.number(loader_batch_key, static_cast<std::uint64_t>(parts.loader.batches - 1)));
    } else if (find_text(file.metadata(), loader_epoch_key)) {
        loading.fault(loader_epoch_key, "a loader's position", "a loader for it: trainer.resume(path, loader)");
        for (const auto& [key, text] : file.metadata())
            if (key.starts_with(key_of_option("loader."))) add_text(options, key, text);
    }
    metadata.same_options(options, absent);

    std::vector<std::uint64_t> numbers;
    for (const auto& optimizer : state.optimizers)
        numbers.push_back(metadata.number(key_of_steps(optimizer.name), most_steps));
    for (const auto& optimizer : state.optimizers)
        if (optimizer.updates)
            numbers.push_back(averages.empty() ? 0 : metadata.number(key_of_updates(optimizer.name), most_steps));
    for (const auto& [name, random] : state.randoms)
        for (const char* field : {"seed", "position", "stream"})
            numbers.push_back(metadata.number(key_of_random(name, field), std::numeric_limits<std::uint64_t>::max()));
    if (parts.history) {
        metadata.same_text(history_columns_key, joined_columns(*parts.history));
        history = read_history(file, *parts.history, loading);
    }
    loading.expect_no_faults();
    loading.copy();
    const std::uint64_t* number = numbers.data();
    for (const auto& optimizer : state.optimizers) *optimizer.steps = static_cast<std::int64_t>(*number++);
    for (const auto& optimizer : state.optimizers)
        if (optimizer.updates) *optimizer.updates = static_cast<std::int64_t>(*number++);
    for (const auto& [name, random] : state.randoms) {
        *random = {.seed = number[0], .position = number[1], .stream = number[2]};
        number += 3;
    }
    run = std::move(run_there);
    return position;
}

}  // namespace genotype::inline v0_1::detail
