// What the texts of one call of generate() share: how tokens are chosen, and when a text ends.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>

#include "genotype/text/generation/generated_text.hpp"
#include "genotype/text/generation/generation_options.hpp"
#include "genotype/text/generation/stop_strings.hpp"
#include "genotype/text/generation/token_choice.hpp"

namespace genotype::inline v0_1::detail {

/// `Tokens` is what knows the tokens' bytes, a `Tokenizer`.
template <class Tokens>
struct TextRules {
    const GenerationOptions& options;
    const Tokens& tokenizer;
    TokenChoice choice;
    StopStrings<Tokens> stop_strings;
    int vocabulary;

    /// `longest`: the tokens that prompt and text have at most.
    TextRules(const GenerationOptions& of_generation, const Tokens& of_text, int logits, int longest)
        : options(of_generation),
          tokenizer(of_text),
          choice(of_generation, logits, longest),
          stop_strings(of_generation.stop_strings, of_text),
          vocabulary(logits) {}

    /// Why a text ends with `token`, which comes behind `tokens`, of which the last `new_tokens` are new.
    std::optional<StopReason> end(std::span<const TokenId> tokens, TokenId token, int new_tokens) {
        const auto& ends = options.end_tokens;
        if (std::find(ends.begin(), ends.end(), token) != ends.end()) return StopReason::end_token;
        if (stop_strings.completed(tokens, token)) return StopReason::stop_string;
        if (new_tokens + 1 >= options.max_new_tokens) return StopReason::max_new_tokens;
        return std::nullopt;
    }

    /// Whether the token's bytes are a part of the text.
    bool is_shown(TokenId token) const { return !options.skip_special_tokens || !tokenizer.is_special(token); }
};

}  // namespace genotype::inline v0_1::detail
