// How a text is generated, with the names and the meaning that transformers' GenerationConfig has.
#pragma once

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "genotype/shape/error.hpp"
#include "genotype/text/tokenizer/merges.hpp"

namespace genotype::inline v0_1 {

/// When beam search ends, once there are `num_beams` finished texts. transformers: `early_stopping`.
enum class EarlyStopping {
    no,     // when no running beam, at its present length, would score above the worst of them (False)
    yes,    // at once (True)
    never,  // as `no`, but at the length at which a running beam would score best ("never")
};

/// All off: the likeliest token each time (greedy), until `max_new_tokens`. transformers: `GenerationConfig`, but for
/// three things: sampling is on where one of its fields is set, `top_k` is off where it is not (there it is 50), and
/// end tokens are those that are named here.
struct GenerationOptions {
    int max_new_tokens = 20;
    /// No end token before so many.
    int min_new_tokens = 0;

    /// Draw tokens by their probability. Also on where one of the next four is set; they apply in this order.
    bool do_sample = false;
    /// Logits are divided by it; above 0.
    std::optional<double> temperature = {};
    /// Keep the k likeliest tokens, and those as likely as the last of them; 0: all.
    std::optional<int> top_k = {};
    /// Keep the fewest of the likeliest tokens whose probabilities add up to it; from 0 to 1.
    std::optional<double> top_p = {};
    /// Keep the tokens that are at least so probable, as a share of the likeliest one's; from 0 to 1.
    std::optional<double> min_p = {};
    /// A draw is a function of the seed, the prompt's index and the number of the token in its text.
    std::uint64_t seed = 0;
    /// The index of the first prompt: prompt 3 of a list, on its own, draws the same with 3 here.
    int first_sequence = 0;

    /// Above 1: tokens that are in the prompt or the text become less likely. Logits are divided by it where they are
    /// positive, and else multiplied.
    double repetition_penalty = 1;
    /// No so many tokens in a row come twice in prompt and text; 0: off.
    int no_repeat_ngram_size = 0;

    /// Above 1: beam search, which does not sample. A prompt takes so many slots.
    int num_beams = 1;
    /// Of beam search: a finished text scores the sum of its log-probabilities over its length to this power.
    double length_penalty = 1;
    /// Of beam search.
    EarlyStopping early_stopping = EarlyStopping::no;

    /// A text ends with the token that completes one of these in prompt and text. It stays in the text, and so does
    /// what that token has behind it. transformers: `stop_strings`.
    std::vector<std::string> stop_strings = {};
    /// A text ends with one of these, which is its last id. transformers: `eos_token_id`.
    std::vector<TokenId> end_tokens = {};

    /// Leave special tokens out of the text; they always are among the ids.
    bool skip_special_tokens = true;
    /// Of a prompt that leaves no room for `max_new_tokens` in the model's context, keep the last tokens that do.
    /// Without this it is an `Error`.
    bool truncate = false;

    /// Never chosen, as where some tokens belong to prompts alone.
    std::vector<TokenId> suppress_tokens = {};

    bool samples() const { return do_sample || temperature || top_k || top_p || min_p; }
};

namespace detail {

/// The candidates that a step of beam search looks at: enough for `num_beams` to continue, whatever end token each has.
[[gnu::cold]] inline int beam_candidates(const GenerationOptions& options) {
    const int ends = static_cast<int>(options.end_tokens.size());
    return (ends > 1 ? 1 + ends : 2) * options.num_beams;
}

/// What an option may be. Throws `Error` naming the field where it is not.
class OptionCheck {
  public:
    [[gnu::cold]] explicit OptionCheck(const char* field) : field_(field) {}

    [[gnu::cold]] void at_least(int lowest, int value) const {
        if (value < lowest) fail(value, "at least " + std::to_string(lowest));
    }
    [[gnu::cold]] void at_most(int highest, int value, const std::string& why) const {
        if (value > highest) fail(value, "at most " + std::to_string(highest) + ", " + why);
    }
    [[gnu::cold]] void above_zero(double value) const {
        if (!(value > 0 && std::isfinite(value))) fail(value, "a number above 0");
    }
    [[gnu::cold]] void share(double value) const {
        if (!(value >= 0 && value <= 1)) fail(value, "0 to 1");
    }
    [[gnu::cold]] void finite(double value) const {
        if (!std::isfinite(value)) fail(value, "a finite number");
    }
    template <class T>
    [[noreturn]] void fail(const T& found, const std::string& expected) const {
        genotype::fail("generation options", field_, std::to_string(found), expected);
    }

  private:
    const char* field_;
};

/// Throws `Error` where an option is out of range, or more than a model of this vocabulary, these slots and rows can
/// do.
[[gnu::cold]] inline void check(const GenerationOptions& options, int vocabulary, int slots, int max_rows) {
    using Check = OptionCheck;
    Check("max_new_tokens").at_least(1, options.max_new_tokens);
    Check("min_new_tokens").at_least(0, options.min_new_tokens);
    Check("min_new_tokens").at_most(options.max_new_tokens, options.min_new_tokens, "max_new_tokens");
    if (options.temperature && *options.temperature == 0)
        Check("temperature")
            .fail(0,
                  "a number above 0; or none and nothing else of sampling: then it is greedy, the "
                  "likeliest token each time");
    if (options.temperature) Check("temperature").above_zero(*options.temperature);
    if (options.top_k) Check("top_k").at_least(0, *options.top_k);
    if (options.top_p) Check("top_p").share(*options.top_p);
    if (options.min_p) Check("min_p").share(*options.min_p);
    Check("first_sequence").at_least(0, options.first_sequence);
    Check("repetition_penalty").above_zero(options.repetition_penalty);
    Check("no_repeat_ngram_size").at_least(0, options.no_repeat_ngram_size);
    for (const TokenId token : options.end_tokens)
        if (token < 0 || token >= vocabulary)
            Check("end_tokens").fail(token, "a token of the model's, 0 to " + std::to_string(vocabulary - 1));
    for (const TokenId token : options.suppress_tokens)
        if (token < 0 || token >= vocabulary)
            Check("suppress_tokens").fail(token, "a token of the model's, 0 to " + std::to_string(vocabulary - 1));
    for (std::size_t at = 0; at < options.stop_strings.size(); ++at)
        if (options.stop_strings[at].empty())
            fail("generation options", "stop_strings", "an empty one at " + std::to_string(at), "one byte at least");
    Check("num_beams").at_least(1, options.num_beams);
    Check("length_penalty").finite(options.length_penalty);
    if (options.num_beams == 1) return;
    if (options.samples()) Check("num_beams").fail(options.num_beams, "1 where tokens are sampled");
    Check("num_beams").at_most(slots, options.num_beams, "the model's slots");
    Check("num_beams").at_most(max_rows, options.num_beams, "the rows of a call");
    if (options.num_beams > vocabulary / (beam_candidates(options) / options.num_beams))
        Check("num_beams")
            .fail(options.num_beams, "a candidate for each in a vocabulary of " + std::to_string(vocabulary));
}

}  // namespace detail
}  // namespace genotype::inline v0_1
