// What keeps a text from repeating itself, from ending, or from some tokens: changes of the scores of single tokens, in
// float32 as transformers makes them (generation/logits_process.py).
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include "genotype/text/generation/generation_options.hpp"
#include "genotype/text/generation/logits_largest.hpp"
#include "genotype/text/tokenizer/merges.hpp"

namespace genotype::inline v0_1 {

/// Divides the logits of `tokens` by `penalty` where they are not negative and multiplies them by it where they are,
/// once each. `scratch` holds as many floats as there are tokens. transformers: `RepetitionPenaltyLogitsProcessor`.
inline void penalize_repetition(std::span<float> logits, std::span<const TokenId> tokens, float penalty,
                                std::span<float> scratch) {
    for (std::size_t at = 0; at < tokens.size(); ++at) {
        const float logit = logits[static_cast<std::size_t>(tokens[at])];
        scratch[at] = logit < 0 ? logit * penalty : logit / penalty;
    }
    for (std::size_t at = 0; at < tokens.size(); ++at) logits[static_cast<std::size_t>(tokens[at])] = scratch[at];
}

/// Bans each token that would make `size` tokens in a row that `tokens` has already.
/// transformers: `NoRepeatNGramLogitsProcessor`.
inline void ban_repeated_ngrams(std::span<float> logits, std::span<const TokenId> tokens, int size) {
    const auto before = static_cast<std::size_t>(size) - 1;
    if (tokens.size() <= before) return;
    const std::span<const TokenId> last = tokens.last(before);
    for (std::size_t at = before; at < tokens.size(); ++at) {
        const std::span<const TokenId> there = tokens.subspan(at - before, before);
        if (std::equal(last.rbegin(), last.rend(), there.rbegin()))
            logits[static_cast<std::size_t>(tokens[at])] = detail::banned;
    }
}

namespace detail {

/// Whether `process_logits` would change anything.
inline bool has_processors(const GenerationOptions& options, int new_tokens) {
    return options.repetition_penalty != 1 || options.no_repeat_ngram_size > 0 || !options.suppress_tokens.empty() ||
           (new_tokens < options.min_new_tokens && !options.end_tokens.empty());
}

/// What is done to the scores of the token behind `tokens`, of which the last `new_tokens` are new, whether it is then
/// searched for or drawn. `scratch` holds as many floats as there are tokens.
inline void process_logits(std::span<float> logits, std::span<const TokenId> tokens, int new_tokens,
                           const GenerationOptions& options, std::span<float> scratch) {
    if (options.repetition_penalty != 1)
        penalize_repetition(logits, tokens, static_cast<float>(options.repetition_penalty), scratch);
    if (options.no_repeat_ngram_size > 0) ban_repeated_ngrams(logits, tokens, options.no_repeat_ngram_size);
    if (new_tokens < options.min_new_tokens)
        for (const TokenId token : options.end_tokens) logits[static_cast<std::size_t>(token)] = banned;
    for (const TokenId token : options.suppress_tokens) logits[static_cast<std::size_t>(token)] = banned;
}

}  // namespace detail
}  // namespace genotype::inline v0_1
