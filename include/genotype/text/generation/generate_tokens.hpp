// Generation of tokens that need no text: a language model's, whatever they stand for.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "genotype/shape/error.hpp"
#include "genotype/text/generation/beam_text.hpp"
#include "genotype/text/generation/generated_text.hpp"
#include "genotype/text/generation/generation_options.hpp"
#include "genotype/text/generation/language_model_run.hpp"
#include "genotype/text/generation/sampled_text.hpp"
#include "genotype/text/generation/text_queue.hpp"
#include "genotype/text/tokenizer/text_rules.hpp"

namespace genotype::inline v0_1 {
namespace detail {

/// The tokens of a prompt that are run. Throws `Error` where there is none, one that the model has not, or too many.
inline std::span<const TokenId> checked_prompt(std::span<const TokenId> prompt, std::size_t index,
                                               const GenerationOptions& options, int vocabulary, int context) {
    const auto where = [&] { return "prompt " + std::to_string(index); };
    if (prompt.empty()) fail(where(), "tokens", "none", "one at least");
    for (std::size_t at = 0; at < prompt.size(); ++at)
        if (prompt[at] < 0 || prompt[at] >= vocabulary)
            fail(where(), "token " + std::to_string(at), "id " + std::to_string(prompt[at]),
                 "one of the model's, 0 to " + std::to_string(vocabulary - 1));
    const int room = context - options.max_new_tokens;
    if (static_cast<long>(prompt.size()) <= room) return prompt;
    if (room < 1)
        fail("generation options", "max_new_tokens", std::to_string(options.max_new_tokens),
             "fewer than the model's context of " + std::to_string(context));
    if (!options.truncate)
        fail(where(), "tokens",
             std::to_string(prompt.size()) + " and " + std::to_string(options.max_new_tokens) + " new ones",
             std::to_string(context) + " in all at most, the model's context (or truncate)");
    return prompt.last(static_cast<std::size_t>(room));
}

template <class Text, class Run, class Rules, class OnText>
Generated run_texts(Run& run, Rules& rules, const std::vector<std::span<const TokenId>>& prompts, OnText& on_text) {
    std::vector<Text> texts;
    texts.reserve(prompts.size());
    for (const std::span<const TokenId> prompt : prompts)
        texts.emplace_back(rules.options, prompt, static_cast<int>(texts.size()));
    Generated generated;
    const auto [prefill, decode] = TextQueue(run, rules, texts, on_text).run();
    generated.prefill = prefill;
    generated.decode = decode;
    generated.texts.reserve(texts.size());
    for (Text& text : texts) generated.texts.push_back(std::move(text.result()));
    return generated;
}

/// The texts behind some prompts, by whatever knows what their tokens' bytes are; `on_text(index, piece)` says whether
/// it goes on.
template <class Run, class Tokens, class OnText>
Generated generate_by(Run& run, const Tokens& tokens, std::span<const std::vector<TokenId>> prompts,
                      const GenerationOptions& options, OnText& on_text) {
    check(options, run.vocabulary(), run.slots(), run.max_rows());
    std::vector<std::span<const TokenId>> checked;
    std::size_t longest = 0;
    for (std::size_t index = 0; index < prompts.size(); ++index) {
        checked.push_back(checked_prompt(prompts[index], index, options, run.vocabulary(), run.context()));
        longest = std::max(longest, checked.back().size());
    }
    TextRules<Tokens> rules(options, tokens, run.vocabulary(), static_cast<int>(longest) + options.max_new_tokens);
    if (options.num_beams > 1) return run_texts<BeamText>(run, rules, checked, on_text);
    return run_texts<SampledText>(run, rules, checked, on_text);
}

/// Tokens that have no text.
struct NoText {
    std::string_view token_bytes(TokenId) const { return {}; }
    bool is_special(TokenId) const { return false; }
};

}  // namespace detail

/// Generates tokens behind each prompt, as `generate` does, where no tokenizer is: codes of images, moves, notes. The
/// texts of what is returned are empty. `suppress_tokens` keeps out those that only prompts have. Needs no PCRE2.
///
/// Throws `Error` as `generate` does, and where there are `stop_strings`. transformers: `model.generate(input_ids)`,
/// but what is returned are the new tokens alone.
///
///     TextRun<Prior> run(prior, {.slots = 64, .context = 52});
///     const Generated drawn = generate_tokens(run, prompts, {.max_new_tokens = 49, .temperature = 1.0, .top_k = 100});
///     const Tensor<Image> image = decode_codes(vqvae, drawn.texts[0].ids);
template <LanguageModelRun Run>
Generated generate_tokens(Run& run, std::span<const std::vector<TokenId>> prompts,
                          const GenerationOptions& options = {}) {
    if (!options.stop_strings.empty())
        fail("generation options", "stop_strings", std::to_string(options.stop_strings.size()),
             "none where tokens have no text (end_tokens ends them)");
    const auto hears_nothing = [](int, std::string_view) { return true; };
    return detail::generate_by(run, detail::NoText{}, prompts, options, hears_nothing);
}

}  // namespace genotype::inline v0_1
