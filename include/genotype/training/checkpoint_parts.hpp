// What a checkpoint may hold beside the trainer: where a loader stands, and the losses so far.
#pragma once

#include <utility>

#include "genotype/data/loader.hpp"
#include "genotype/training/history.hpp"
#include "genotype/training/option_texts.hpp"

namespace genotype::detail {

/// A loader without its type.
struct LoaderPart {
    OptionTexts options;
    LoaderPosition position;
    int batches = 0;
};

struct CheckpointParts {
    bool has_loader = false;
    LoaderPart loader;
    const History* history = nullptr;
};

template <class Part>
inline constexpr bool is_loader = false;
template <ShapeType S>
inline constexpr bool is_loader<Loader<S>> = true;
template <class Part>
concept CheckpointPart = is_loader<std::remove_const_t<Part>> || std::same_as<std::remove_const_t<Part>, History>;

template <ShapeType S>
void add_part(CheckpointParts& parts, const Loader<S>& loader) {
    parts.has_loader = true;
    const OptionLister list(parts.loader.options, "loader.");
    loader.options().for_each_option(list);
    list("samples", loader.dataset().size());
    parts.loader.position = loader.position();
    parts.loader.batches = loader.batches();
}
inline void add_part(CheckpointParts& parts, const History& history) {
    parts.history = &history;
}

/// Brings back what was read.
template <ShapeType S>
void restore_part(Loader<S>& loader, LoaderPosition position, std::vector<float>&) {
    loader.seek(position);
}
inline void restore_part(History& history, LoaderPosition, std::vector<float>& values) {
    history.replace(std::move(values));
}

}  // namespace genotype::detail
