// From a row of logits to the next token, greedily or by chance.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "genotype/random/philox.hpp"
#include "genotype/random/random_state.hpp"
#include "genotype/text/generation/generation_options.hpp"
#include "genotype/text/generation/logits_filters.hpp"
#include "genotype/text/generation/logits_largest.hpp"
#include "genotype/text/generation/logits_repetition.hpp"
#include "genotype/text/generation/logits_softmax.hpp"

namespace genotype::inline v0_1::detail {

/// Uniform in [0, 1), 53 bits, for one token of one text.
inline double uniform_draw(std::uint64_t seed, int sequence, int new_tokens) {
    const std::uint64_t position = static_cast<std::uint64_t>(sequence) << 32 | static_cast<std::uint32_t>(new_tokens);
    const auto words = philox(seed, position, streams::sampling);
    return ((words[0] >> 5) * 0x1p26 + (words[1] >> 6)) * 0x1p-53;
}

/// Tokens that may be drawn, in the order of their ids, and their logits. In the memory of the `TokenChoice`.
struct KeptTokens {
    std::span<const TokenId> ids;
    std::span<const float> logits;
};

/// Chooses tokens; owns the memory for it, which it allocates once.
class TokenChoice {
  public:
    /// `longest`: the tokens that prompt and text have at most. The options must outlive it.
    TokenChoice(const GenerationOptions& options, int vocabulary, int longest)
        : options_(&options),
          scratch_(vocabulary),
          logits_(static_cast<std::size_t>(vocabulary)),
          ids_(options.samples() ? static_cast<std::size_t>(vocabulary) : 0),
          of_tokens_(static_cast<std::size_t>(longest)) {}

    TokenChoice(GenerationOptions&&, int, int) = delete;

    /// The token behind `tokens`, of which the last `new_tokens` are new, for text number `sequence`.
    TokenId choose(std::span<const float> logits, std::span<const TokenId> tokens, int new_tokens, int sequence) {
        if (options_->samples()) {
            const KeptTokens kept = keep(logits, tokens, new_tokens);
            return kept.ids[draw(kept.logits, uniform_draw(options_->seed, sequence, new_tokens), scratch_)];
        }
        if (!has_processors(*options_, new_tokens)) return argmax(logits);
        return argmax(processed(logits, tokens, new_tokens));
    }

    /// The tokens that sampling chooses from.
    KeptTokens keep(std::span<const float> logits, std::span<const TokenId> tokens, int new_tokens) {
        const std::span<float> all = processed(logits, tokens, new_tokens);
        if (options_->temperature.value_or(1) != 1)
            divide_by_temperature(all, static_cast<float>(*options_->temperature));
        static_cast<void>(argmax(all));  // throws where nothing can be chosen
        if (options_->top_k.value_or(0) > 0) keep_top_k(all, *options_->top_k, scratch_);
        std::size_t count = drop_banned(all, 0);
        if (options_->top_p.value_or(1) < 1) {
            keep_top_p(all.first(count), *options_->top_p, scratch_);
            count = drop_banned(all.first(count), count);
        }
        if (options_->min_p) {
            keep_min_p(all.first(count), static_cast<float>(*options_->min_p), scratch_);
            count = drop_banned(all.first(count), count);
        }
        return {std::span(ids_).first(count), all.first(count)};
    }

    /// The scores of beam search: logarithms of probabilities, with what is done to them.
    std::span<const float> log_probabilities(std::span<const float> logits, std::span<const TokenId> tokens,
                                             int new_tokens) {
        log_softmax(logits, logits_, scratch_);
        process_logits(logits_, tokens, new_tokens, *options_, of_tokens_);
        return logits_;
    }

  private:
    /// A copy of the logits, with what is done to them in search and sampling alike.
    std::span<float> processed(std::span<const float> logits, std::span<const TokenId> tokens, int new_tokens) {
        std::copy(logits.begin(), logits.end(), logits_.begin());
        process_logits(logits_, tokens, new_tokens, *options_, of_tokens_);
        return logits_;
    }
    /// Closes the gaps that banned tokens leave, and says how many are left. Of `numbered` tokens the ids are known;
    /// with 0 they are the places.
    std::size_t drop_banned(std::span<float> logits, std::size_t numbered) {
        std::size_t count = 0;
        for (std::size_t at = 0; at < logits.size(); ++at) {
            const float logit = logits[at];
            ids_[count] = numbered > 0 ? ids_[at] : static_cast<TokenId>(at);
            logits[count] = logit;
            count += logit > banned;
        }
        return count;
    }

    const GenerationOptions* options_;
    LogitsScratch scratch_;
    std::vector<float> logits_;
    std::vector<TokenId> ids_;
    std::vector<float> of_tokens_;
};

}  // namespace genotype::inline v0_1::detail
