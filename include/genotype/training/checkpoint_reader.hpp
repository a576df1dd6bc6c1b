// Reading a whole training from a file: everything is checked before anything is written over.
#pragma once

#include <charconv>
#include <concepts>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "genotype/io/load.hpp"
#include "genotype/training/checkpoint_keys.hpp"
#include "genotype/training/checkpoint_parts.hpp"
#include "genotype/training/training_state.hpp"

namespace genotype::detail {

/// The metadata's numbers and texts, each held against what is wanted; what does not fit becomes a fault.
class MetadataReader {
  public:
    MetadataReader(const Metadata& metadata, Loading& loading) : metadata_(metadata), loading_(loading) {}

    /// A whole number of `least` or more, or a fault and `least`.
    template <std::integral Number>
    Number number(const std::string& key, Number least = 0, Number most = std::numeric_limits<Number>::max()) {
        const auto found = metadata_.find(key);
        const std::string expected = "a whole number from " + std::to_string(least) + " to " + std::to_string(most);
        if (found == metadata_.end()) {
            loading_.fault(key, "nothing", expected);
            return least;
        }
        const std::string& text = found->second;
        Number value{};
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error == std::errc{} && end == text.data() + text.size() && value >= least && value <= most) return value;
        loading_.fault(key, in_quotes(text), expected);
        return least;
    }

    void same_text(const std::string& key, const std::string& expected) {
        const auto found = metadata_.find(key);
        if (found == metadata_.end())
            loading_.fault(key, "nothing", in_quotes(expected));
        else if (found->second != expected)
            loading_.fault(key, in_quotes(found->second), in_quotes(expected));
    }

    /// All options, and no others.
    void same_options(const OptionTexts& options) {
        Metadata wanted;
        for (const auto& [name, text] : options) wanted.emplace(key_of_option(name), text);
        for (const auto& [key, text] : wanted) same_text(key, text);
        for (const auto& [key, text] : metadata_)
            if (key.starts_with(option_prefix) && !wanted.contains(key))
                loading_.fault(key, in_quotes(text), "no such option");
    }

  private:
    const Metadata& metadata_;
    Loading& loading_;
};

/// Ends where a file is no checkpoint, or one that a later version wrote.
inline void expect_checkpoint(const SafeTensors& file) {
    const auto found = file.metadata().find(checkpoint_key);
    const std::string here = std::to_string(checkpoint_format);
    if (found == file.metadata().end())
        fail(file.name(), std::string(checkpoint_key), "nothing",
             "a checkpoint's format, as trainer.save(path) writes it (load(trainer, path) reads weights)");
    if (found->second != here)
        fail(file.name(), std::string(checkpoint_key), in_quotes(found->second),
             "format " + here + ": another version of genotype wrote this checkpoint");
}

/// The history's values, or a fault.
inline std::vector<float> read_history(const SafeTensors& file, const History& history, Loading& loading) {
    const TensorInfo* there = file.find(history_tensor);
    const std::string name(history_tensor), columns = std::to_string(history.columns().size());
    if (!there || there->dtype != Dtype::F32 || there->shape.size() != 2 ||
        there->shape[1] != history.columns().size()) {
        loading.fault(name, there ? there->text() : "nothing", "F32 [steps, " + columns + "]");
        return {};
    }
    const auto bytes = file.bytes(*there);
    std::vector<float> values(bytes.size() / sizeof(float));
    if (!values.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
}

/// Tensors of optimisers' states that none of the trainer's has.
inline void find_surplus(const SafeTensors& file, const TrainingState<float>& state, Loading& loading) {
    std::vector<std::string> known;
    for (const auto& tensor : state.states) known.push_back(tensor.info.name);
    for (const auto& optimizer : state.optimizers)
        for (std::size_t at = 0; optimizer.counts_steps && at < optimizer.tensors.size(); ++at)
            known.push_back(optimizer.tensors[at] + "step");
    std::sort(known.begin(), known.end());
    for (const TensorInfo& there : file.tensors())
        if (there.name.starts_with("optimizer.") && !std::binary_search(known.begin(), known.end(), there.name))
            loading.fault(there.name, there.text(), "nothing");
}

/// Writes the file's state over the one that `state` points to, and returns the loader's position.
inline LoaderPosition read_checkpoint(const std::filesystem::path& path, const TrainingState<float>& state,
                                      const CheckpointParts& parts, std::vector<float>& history) {
    const SafeTensors file(path);
    expect_checkpoint(file);
    std::vector<StateTensor<float>> tensors = state.weights;
    tensors.insert(tensors.end(), state.states.begin(), state.states.end());
    Loading loading(file, tensors, "", false);
    find_surplus(file, state, loading);
    MetadataReader metadata(file.metadata(), loading);

    OptionTexts options = state.options;
    const bool has_position = file.metadata().contains(loader_epoch_key);
    LoaderPosition position;
    if (parts.has_loader) {
        options.insert(options.end(), parts.loader.options.begin(), parts.loader.options.end());
        position.epoch = metadata.number<long>(std::string(loader_epoch_key));
        position.batch = metadata.number<int>(std::string(loader_batch_key), 0, parts.loader.batches - 1);
    } else if (has_position) {
        loading.fault(std::string(loader_epoch_key), "a loader's position",
                      "a loader for it: trainer.resume(path, loader)");
        for (const auto& [key, text] : file.metadata())
            if (key.starts_with(key_of_option("loader."))) options.emplace_back(key.substr(option_prefix.size()), text);
    }
    metadata.same_options(options);
    for (auto model = state.models.rbegin(); model != state.models.rend(); ++model)
        loading.expect_model(model->first, model->second);

    std::vector<std::int64_t> steps;
    for (const auto& optimizer : state.optimizers)
        steps.push_back(metadata.number<std::int64_t>(key_of_steps(optimizer.name)));
    std::vector<RandomState> randoms;
    for (const auto& [name, random] : state.randoms)
        randoms.push_back({.seed = metadata.number<std::uint64_t>(key_of_random(name, "seed")),
                           .position = metadata.number<std::uint64_t>(key_of_random(name, "position")),
                           .stream = metadata.number<std::uint64_t>(key_of_random(name, "stream"))});
    if (parts.history) {
        metadata.same_text(std::string(history_columns_key), joined_columns(*parts.history));
        history = read_history(file, *parts.history, loading);
    }
    loading.expect_no_faults();
    loading.copy();
    for (std::size_t at = 0; at < steps.size(); ++at) *state.optimizers[at].steps = steps[at];
    for (std::size_t at = 0; at < randoms.size(); ++at) *state.randoms[at].second = randoms[at];
    return position;
}

}  // namespace genotype::detail
