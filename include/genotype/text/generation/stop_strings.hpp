// Words at which a text ends.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "genotype/text/tokenizer/merges.hpp"

namespace genotype::inline v0_1::detail {

/// Tells whether a token completes one of some words, in the bytes of all tokens (special ones have the bytes of their
/// names). A word that ended before the last token does not count. `Tokens` is what knows their bytes, a `Tokenizer`.
/// transformers: `StopStringCriteria`.
template <class Tokens>
class StopStrings {
  public:
    StopStrings(const std::vector<std::string>& words, const Tokens& tokenizer)
        : words_(&words), tokenizer_(&tokenizer) {
        for (const std::string& word : words) longest_ = std::max(longest_, word.size());
        end_.reserve(longest_ + 256);
    }

    /// Whether `token`, behind `tokens`, completes one.
    bool completed(std::span<const TokenId> tokens, TokenId token) {
        if (longest_ == 0) return false;
        std::size_t first = tokens.size(), before = 0;
        while (first > 0 && before + 1 < longest_) before += tokenizer_->token_bytes(tokens[--first]).size();
        end_.clear();
        for (const TokenId earlier : tokens.subspan(first)) end_ += tokenizer_->token_bytes(earlier);
        end_ += tokenizer_->token_bytes(token);
        for (const std::string& word : *words_) {
            const std::size_t from = before + 1 > word.size() ? before + 1 - word.size() : 0;
            if (end_.find(word, from) != std::string::npos) return true;
        }
        return false;
    }

  private:
    const std::vector<std::string>* words_;
    const Tokens* tokenizer_;
    std::size_t longest_ = 0;
    std::string end_;
};

}  // namespace genotype::inline v0_1::detail
