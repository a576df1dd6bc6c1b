// What a text begins with is not read again.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "genotype/kernels/sequences.hpp"
#include "genotype/text/generation/language_model_run.hpp"
#include "genotype/text/generation/token_batch.hpp"

namespace genotype::inline v0_1 {

/// A language model that remembers which tokens its slots hold keys and values of: of a new text in a slot those tokens
/// are left out with which the slot's last text began, too. So of a conversation only what is new is read in each turn.
/// `Run` must outlive it, and take a position below what a slot remembers, keeping what is behind the tokens of the
/// call as long as these are the same, as `TextRun` does. Logits are those of a model that read the text in other
/// pieces. vLLM's "automatic prefix caching", llama.cpp's `cache_prompt`.
///
///     PrefixCache cached(run);
///     generate(cached, tokenizer, prompts, options);  // and later with longer prompts
template <LanguageModelRun Run>
class PrefixCache {
  public:
    explicit PrefixCache(Run& run) : run_(run), held_(static_cast<std::size_t>(run.slots())), batch_(run.max_rows()) {
        for (Slot& slot : held_) slot.tokens.reserve(static_cast<std::size_t>(run.context()));
    }

    int vocabulary() const { return std::as_const(run_).vocabulary(); }
    int context() const { return std::as_const(run_).context(); }
    int slots() const { return std::as_const(run_).slots(); }
    int max_rows() const { return std::as_const(run_).max_rows(); }

    /// Each text's last token is read whatever is held, because its logits are asked for.
    const float* forward(std::span<const TokenId> tokens, std::span<const kernels::SequenceRows> sequences) {
        batch_.clear();
        for (const kernels::SequenceRows& text : sequences) {
            Slot& slot = held_.at(static_cast<std::size_t>(text.slot));
            const auto rows = tokens.subspan(static_cast<std::size_t>(text.row), static_cast<std::size_t>(text.count));
            const auto position = static_cast<std::size_t>(text.position);
            if (position == 0) slot.same = 0;
            // Held tokens count as long as all before them were the same.
            std::size_t known = 0;
            if (slot.same == position)
                while (known < rows.size() && position + known < slot.tokens.size() &&
                       slot.tokens[position + known] == rows[known])
                    ++known;
            slot.same = position + known;
            const std::size_t skipped = std::min(known, rows.size() - 1);
            if (known < rows.size()) {
                slot.tokens.resize(std::min(slot.tokens.size(), position + known));
                slot.tokens.insert(slot.tokens.end(), rows.begin() + static_cast<std::ptrdiff_t>(known), rows.end());
                slot.same = position + rows.size();
            }
            batch_.add(rows.subspan(skipped), text.position + static_cast<int>(skipped), text.slot);
            read_ += static_cast<long>(rows.size() - skipped);
        }
        try {
            return run_.forward(batch_.tokens(), batch_.sequences());
        } catch (...) {
            // What was not read is not held.
            for (const kernels::SequenceRows& text : sequences) held_.at(static_cast<std::size_t>(text.slot)) = {};
            throw;
        }
    }
    void copy_slot(int from, int to, int positions) {
        run_.copy_slot(from, to, positions);
        Slot& copy = held_.at(static_cast<std::size_t>(to));
        const std::vector<TokenId>& tokens = held_.at(static_cast<std::size_t>(from)).tokens;
        copy.tokens.assign(tokens.begin(), tokens.begin() + positions);
        copy.same = copy.tokens.size();
    }

    /// Tokens that `Run` has read.
    long read() const { return read_; }

  private:
    struct Slot {
        std::vector<TokenId> tokens = {};  // whose keys and values it holds
        std::size_t same = 0;              // so many of them begin the text that is being read
    };

    Run& run_;
    std::vector<Slot> held_;
    detail::TokenBatch batch_;
    long read_ = 0;
};

}  // namespace genotype::inline v0_1
