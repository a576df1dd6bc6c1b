// Generation of texts by any language model: prompts go in, several at a time, and texts come out token by token.
#pragma once

#include <concepts>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "genotype/text/generation/generate_tokens.hpp"
#include "genotype/text/generation/generated_text.hpp"
#include "genotype/text/generation/generation_options.hpp"
#include "genotype/text/generation/language_model_run.hpp"
#include "genotype/text/tokenizer/tokenizer.hpp"

namespace genotype::inline v0_1 {

/// Hears nothing of a text until it is whole.
struct NoCallback {
    void operator()(int, std::string_view) const {}
};

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
    const auto goes_on = [&](int index, std::string_view piece) {
        if constexpr (std::same_as<std::invoke_result_t<OnText&, int, std::string_view>, void>) {
            on_text(index, piece);
            return true;
        } else {
            return static_cast<bool>(on_text(index, piece));
        }
    };
    return detail::generate_by(run, tokenizer, prompts, options, goes_on);
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
