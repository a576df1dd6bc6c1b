// What generation asks of a language model that runs: logits of texts whose earlier tokens it remembers.
#pragma once

#include <concepts>
#include <span>
#include <utility>

#include "genotype/kernels/sequences.hpp"
#include "genotype/text/tokenizer/merges.hpp"

namespace genotype::inline v0_1 {

/// A language model with memory for several texts, each in a slot.
///
/// - `vocabulary()`: the number of logits; `context()`: the positions that a slot holds; `slots()`: the texts that can
/// be
///   open at the same time; `max_rows()`: the tokens that one call takes at most.
/// - `forward(tokens, sequences)` runs tokens of several texts, one text behind another. `sequences` says which rows
/// are
///   whose: rows [row, row + count) are the tokens at positions [position, position + count) of the text in `slot`, and
///   position 0 begins a new text there. Keys and values are remembered in the slot. It returns the logits
///   (sequences.size(), vocabulary) of the last token of each text, in memory that lives until the next call. A text's
///   logits must not depend on what else is in the call.
/// - `copy_slot(from, to, positions)`: slot `to` now remembers what `from` remembers of its first positions.
template <class Run>
concept LanguageModelRun = requires(Run& run, std::span<const TokenId> tokens,
                                    std::span<const kernels::SequenceRows> sequences, int number) {
    { std::as_const(run).vocabulary() } -> std::same_as<int>;
    { std::as_const(run).context() } -> std::same_as<int>;
    { std::as_const(run).slots() } -> std::same_as<int>;
    { std::as_const(run).max_rows() } -> std::same_as<int>;
    { run.forward(tokens, sequences) } -> std::convertible_to<const float*>;
    run.copy_slot(number, number, number);
};

}  // namespace genotype::inline v0_1
