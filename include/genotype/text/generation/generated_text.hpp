// What generation returns.
#pragma once

#include <string>
#include <vector>

#include "genotype/text/tokenizer/merges.hpp"

namespace genotype::inline v0_1 {

/// Why a text ended. Where several hold, the first of these.
enum class StopReason { end_token, stop_string, callback, max_new_tokens };

/// Tokens that went through the model, and the seconds that it took to run them and to choose what comes next.
struct TokenTime {
    long tokens = 0;
    double seconds = 0;

    double per_second() const { return seconds > 0 ? static_cast<double>(tokens) / seconds : 0; }
};

/// What was generated behind one prompt.
struct GeneratedText {
    /// The new tokens, also the end token and special ones.
    std::vector<TokenId> ids = {};
    /// Them in UTF-8; bytes that make no character are U+FFFD. Ids that the tokenizer does not know have no text.
    std::string text = {};
    StopReason stopped = StopReason::max_new_tokens;
    /// Of beam search: the sum of the tokens' log-probabilities over their number to the power of `length_penalty`.
    float score = 0;
    /// The prompt; fewer tokens than were given where it was truncated. Its seconds are those of the calls that it was
    /// in, beside other prompts perhaps.
    TokenTime prefill = {};
    /// Tokens that went through the model one by one: all new ones but the last, of each beam.
    TokenTime decode = {};
};

/// The texts in the order of their prompts, and the whole work.
struct Generated {
    std::vector<GeneratedText> texts = {};
    TokenTime prefill = {}, decode = {};
};

}  // namespace genotype::inline v0_1
