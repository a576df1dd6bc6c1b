// Generation of texts by any language model: prompts go in, several at a time, and texts come out token by token.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
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
#include "genotype/text/tokenizer/tokenizer.hpp"

namespace genotype::inline v0_1 {

/// Hears nothing of a text until it is whole.
struct NoCallback {
    void operator()(int, std::string_view) const {}
};

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

template <class Text, class Run, class OnText>
Generated run_texts(Run& run, TextRules& rules, const std::vector<std::span<const TokenId>>& prompts, OnText& on_text) {
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

}  // namespace detail

/// Generates a text behind each prompt. What comes out for a prompt does not depend on the other ones, as far as the
/// model's logits do not; prompts that find no free slot wait for one.
///
/// `on_text(index, piece)` is called as the text of prompt `index` grows, with whole characters in UTF-8, which
/// together are its text; in beam search once, with all of it. It may return false to end that text.
///
/// Throws `Error` where an option is out of range, a prompt is empty or too long, has a token that the model has not,
/// or where the model gives NaN. Equivalent: `model.generate(**tokenizer(prompt))` of transformers for each prompt, but
/// what is returned are the new tokens alone.
template <LanguageModelRun Run, std::invocable<int, std::string_view> OnText = NoCallback>
Generated generate(Run& run, const Tokenizer& tokenizer, std::span<const std::vector<TokenId>> prompts,
                   const GenerationOptions& options = {}, OnText&& on_text = {}) {
    detail::check(options, run.vocabulary(), run.slots(), run.max_rows());
    std::vector<std::span<const TokenId>> checked;
    std::size_t longest = 0;
    for (std::size_t index = 0; index < prompts.size(); ++index) {
        checked.push_back(detail::checked_prompt(prompts[index], index, options, run.vocabulary(), run.context()));
        longest = std::max(longest, checked.back().size());
    }
    detail::TextRules rules(options, tokenizer, run.vocabulary(), static_cast<int>(longest) + options.max_new_tokens);
    const auto goes_on = [&](int index, std::string_view piece) {
        if constexpr (std::same_as<std::invoke_result_t<OnText&, int, std::string_view>, void>) {
            on_text(index, piece);
            return true;
        } else {
            return static_cast<bool>(on_text(index, piece));
        }
    };
    if (options.num_beams > 1) return detail::run_texts<detail::BeamText>(run, rules, checked, goes_on);
    return detail::run_texts<detail::SampledText>(run, rules, checked, goes_on);
}

/// The same for texts, which the tokenizer encodes with its special tokens.
template <LanguageModelRun Run, std::invocable<int, std::string_view> OnText = NoCallback>
Generated generate(Run& run, const Tokenizer& tokenizer, std::span<const std::string> prompts,
                   const GenerationOptions& options = {}, OnText&& on_text = {}) {
    std::vector<std::vector<TokenId>> ids;
    for (const std::string& prompt : prompts) ids.push_back(tokenizer.encode(prompt));
    return generate(run, tokenizer, std::span<const std::vector<TokenId>>(ids), options, on_text);
}

/// The same for one prompt; `on_text(piece)`.
///
///     const GeneratedText story = generate(gpt2, tokenizer, "Once upon a time", {.max_new_tokens = 200, .top_p = 0.9},
///                                          [](std::string_view piece) { std::cout << piece << std::flush; });
template <LanguageModelRun Run, class OnText = NoCallback>
requires std::same_as<OnText, NoCallback> || std::invocable<OnText&, std::string_view> GeneratedText
generate(Run& run, const Tokenizer& tokenizer, std::string_view prompt, const GenerationOptions& options = {},
         OnText&& on_text = {}) {
    const std::vector<std::vector<TokenId>> ids{tokenizer.encode(prompt)};
    const auto piece_of_one = [&](int index, std::string_view piece) {
        if constexpr (std::invocable<OnText&, std::string_view>)
            return on_text(piece);
        else
            return on_text(index, piece);
    };
    return std::move(
        generate(run, tokenizer, std::span<const std::vector<TokenId>>(ids), options, piece_of_one).texts[0]);
}

}  // namespace genotype::inline v0_1
