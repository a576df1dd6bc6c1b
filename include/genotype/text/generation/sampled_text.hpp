// A text that grows by one token at a time, greedily or by chance.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "genotype/text/generation/generated_text.hpp"
#include "genotype/text/generation/generation_options.hpp"
#include "genotype/text/generation/token_batch.hpp"
#include "genotype/text/tokenizer/text_pieces.hpp"

namespace genotype::inline v0_1::detail {

class SampledText {
  public:
    static int slots_for(const GenerationOptions&) { return 1; }

    SampledText(const GenerationOptions& options, std::span<const TokenId> prompt, int index)
        : index_(index), sequence_(options.first_sequence + index), prompt_(prompt.size()) {
        const std::size_t most = prompt.size() + static_cast<std::size_t>(options.max_new_tokens);
        tokens_.reserve(most);
        tokens_.assign(prompt.begin(), prompt.end());
        result_.text.reserve(8 * static_cast<std::size_t>(options.max_new_tokens));
    }

    std::span<const TokenId> prompt() const { return std::span(tokens_).first(prompt_); }
    void open(int slot) { slot_ = slot; }
    bool done() const { return done_; }
    /// Rows of a call that lets the text grow.
    int rows() const { return 1; }
    void add_rows(TokenBatch& batch) const {
        batch.add(std::span(tokens_).last(1), static_cast<int>(tokens_.size()) - 1, slot_);
    }

    /// Continues by one token: `logits` are those of the last one. Calls on_text(index, piece).
    template <class Run, class Rules, class OnText>
    void take(Run&, const float* logits, Rules& rules, OnText& on_text) {
        const int new_tokens = static_cast<int>(tokens_.size() - prompt_);
        const auto vocabulary = static_cast<std::size_t>(rules.vocabulary);
        const TokenId token = rules.choice.choose({logits, vocabulary}, tokens_, new_tokens, sequence_);
        std::optional<StopReason> end = rules.end(tokens_, token, new_tokens);
        tokens_.push_back(token);
        const std::size_t before = result_.text.size();
        if (rules.is_shown(token)) stream_.push(rules.tokenizer.token_bytes(token), result_.text);
        if (end) result_.text += stream_.finish();
        const auto piece = std::string_view(result_.text).substr(before);
        if (!piece.empty() && !on_text(index_, piece) &&
            end.value_or(StopReason::max_new_tokens) == StopReason::max_new_tokens) {
            if (!end) result_.text += stream_.finish();
            end = StopReason::callback;
        }
        if (!end) return;
        done_ = true;
        result_.stopped = *end;
        result_.ids.assign(tokens_.begin() + static_cast<std::ptrdiff_t>(prompt_), tokens_.end());
    }

    GeneratedText& result() { return result_; }

  private:
    int index_, sequence_, slot_ = 0;
    bool done_ = false;
    std::size_t prompt_;
    std::vector<TokenId> tokens_;  // the prompt and what is new
    Utf8Stream stream_;
    GeneratedText result_;
};

}  // namespace genotype::inline v0_1::detail
