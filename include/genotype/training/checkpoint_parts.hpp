// What a checkpoint may hold beside the trainer: where a loader stands, and the losses so far.
#pragma once

#include <concepts>
#include <type_traits>
#include <utility>
#include <vector>

#include "genotype/data/loader.hpp"
#include "genotype/data/moving_digits.hpp"
#include "genotype/data/text_windows.hpp"
#include "genotype/training/history.hpp"
#include "genotype/training/option_texts.hpp"

namespace genotype::inline v0_1::detail {

/// A loader without its type.
struct LoaderPart {
    ListedOptions options;
    LoaderPosition position;
    int batches = 0;
};

struct CheckpointParts {
    bool has_loader = false;
    LoaderPart loader;
    const History* history = nullptr;
};

/// What gives batches and can be set to where to resume: a Loader, MovingDigits, TextWindows, or one of the user's own,
/// which says of how many samples by `size()`.
template <class Part>
concept BatchSource = requires(Part& source, LoaderPosition position) {
    { source.position() } -> std::same_as<LoaderPosition>;
    { source.batches() } -> std::same_as<int>;
    source.options();
    source.seek(position);
};
template <class Part>
concept CheckpointPart = BatchSource<std::remove_const_t<Part>> || std::same_as<std::remove_const_t<Part>, History>;

/// How much data there is, and of what.
template <class Source>
[[gnu::cold]] std::pair<const char*, long> size_of_data(const Source& source) {
    return {"samples", source.size()};
}
template <ShapeType S>
[[gnu::cold]] std::pair<const char*, long> size_of_data(const Loader<S>& loader) {
    return {"samples", loader.dataset().size()};
}
template <ShapeType S>
[[gnu::cold]] std::pair<const char*, long> size_of_data(const MovingDigits<S>& videos) {
    return {"images", videos.size()};
}
[[gnu::cold]] inline std::pair<const char*, long> size_of_data(const TextWindows& windows) {
    return {"tokens", windows.size()};
}

template <BatchSource Source>
[[gnu::cold]] void add_part(CheckpointParts& parts, const Source& source) {
    parts.has_loader = true;
    const OptionLister list(parts.loader.options, "loader.");
    source.options().for_each_option(list);
    const auto [name, size] = size_of_data(source);
    list(name, size);
    parts.loader.position = source.position();
    parts.loader.batches = source.batches();
}
[[gnu::cold]] inline void add_part(CheckpointParts& parts, const History& history) {
    parts.history = &history;
}

/// Brings back what was read.
template <BatchSource Source>
[[gnu::cold]] void restore_part(Source& source, LoaderPosition position, std::vector<float>&) {
    source.seek(position);
}
[[gnu::cold]] inline void restore_part(History& history, LoaderPosition, std::vector<float>& values) {
    history.replace(std::move(values));
}

}  // namespace genotype::inline v0_1::detail
