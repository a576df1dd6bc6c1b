// Which tokens may come next, so that a text stays the JSON of a shape.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "genotype/files/utf8.hpp"
#include "genotype/kernels/sequences.hpp"
#include "genotype/text/generation/language_model_run.hpp"
#include "genotype/text/tokenizer/tokenizer.hpp"
#include "genotype/text/typed/json_machine.hpp"

namespace genotype::inline v0_1 {

/// A vocabulary by what a answers ask of it. Made once for a tokenizer and a model of `vocabulary` tokens, and shared
/// by all answers. The tokenizer must outlive it.
class AnswerTokens {
  public:
    explicit AnswerTokens(const Tokenizer& tokenizer, int vocabulary) : bytes_(static_cast<std::size_t>(vocabulary)) {
        const TokenId known = std::min(vocabulary, tokenizer.size());
        for (TokenId id = 0; id < known; ++id) {
            if (tokenizer.is_special(id)) continue;
            const std::string_view bytes = tokenizer.token_bytes(id);
            if (bytes.empty()) continue;
            bytes_[static_cast<std::size_t>(id)] = bytes;
            begins_[static_cast<unsigned char>(bytes[0])].push_back(id);
            (is_plain(bytes) ? plain_ : others_).push_back(id);
        }
    }

    std::string_view bytes(TokenId id) const { return bytes_[static_cast<std::size_t>(id)]; }
    int vocabulary() const { return static_cast<int>(bytes_.size()); }

    /// Calls allow(id) for each token that may come at `machine`, and of which so many bytes, as tokens of one byte, at
    /// most end the text: at most `left` tokens in all.
    template <class Allow>
    void for_each_allowed(const typed::JsonMachine& machine, int left, const Allow& allow) const {
        const auto try_token = [&](TokenId id) {
            typed::JsonMachine copy = machine;
            for (const char byte : bytes(id))
                if (copy.is_done() || !copy.step(static_cast<unsigned char>(byte))) return;
            if (copy.fewest_left() <= left - 1) allow(id);
        };
        if (machine.is_in_text()) {
            const auto room = static_cast<std::size_t>(machine.text_bytes_left());
            if (machine.fewest_left() <= left - 1)
                for (const TokenId id : plain_)
                    if (bytes(id).size() <= room) allow(id);
            for (const TokenId id : others_) try_token(id);
            return;
        }
        for (std::size_t first = 0; first < begins_.size(); ++first) {
            typed::JsonMachine copy = machine;
            if (begins_[first].empty() || !copy.step(static_cast<unsigned char>(first))) continue;
            for (const TokenId id : begins_[first]) try_token(id);
        }
    }

  private:
    /// Whole characters, which within a text say nothing but themselves.
    static bool is_plain(std::string_view bytes) {
        for (const char byte : bytes)
            if (static_cast<unsigned char>(byte) < 0x20 || byte == '"' || byte == '\\' || byte == 0x7f) return false;
        return is_utf8(bytes);
    }

    std::vector<std::string_view> bytes_;  // by id; none of special tokens
    std::array<std::vector<TokenId>, 256> begins_;
    std::vector<TokenId> plain_, others_;
};

namespace typed {

/// A language model that writes the JSON of a shape behind one prompt, and else what it would. `Run`, the shape and the
/// classes must outlive it.
template <LanguageModelRun Run>
class ShapedRun {
  public:
    /// `prompt` tokens come first; `most` new ones are asked for at most.
    ShapedRun(Run& run, const AnswerTokens& classes, const JsonShape& shape, int prompt, int most)
        : run_(run),
          classes_(classes),
          machine_(shape),
          prompt_(prompt),
          most_(most),
          logits_(static_cast<std::size_t>(classes.vocabulary())) {}

    int vocabulary() const { return std::as_const(run_).vocabulary(); }
    int context() const { return std::as_const(run_).context(); }
    int slots() const { return 1; }
    int max_rows() const { return std::as_const(run_).max_rows(); }

    const float* forward(std::span<const TokenId> tokens, std::span<const kernels::SequenceRows> sequences) {
        const float* const logits = run_.forward(tokens, sequences);
        const int end = sequences[0].position + sequences[0].count;
        if (end < prompt_) return logits;
        for (int position = std::max(sequences[0].position, prompt_); position < end; ++position)
            for (const char byte : classes_.bytes(tokens[static_cast<std::size_t>(position - sequences[0].position)]))
                machine_.step(static_cast<unsigned char>(byte));
        std::fill(logits_.begin(), logits_.end(), -std::numeric_limits<float>::infinity());
        classes_.for_each_allowed(machine_, most_ - (end - prompt_), [&](TokenId id) {
            logits_[static_cast<std::size_t>(id)] = logits[static_cast<std::size_t>(id)];
        });
        return logits_.data();
    }
    void copy_slot(int from, int to, int positions) { run_.copy_slot(from, to, positions); }

  private:
    Run& run_;
    const AnswerTokens& classes_;
    JsonMachine machine_;
    int prompt_, most_;
    std::vector<float> logits_;
};

}  // namespace typed
}  // namespace genotype::inline v0_1
