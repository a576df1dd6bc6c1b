// Answers that are values of a type.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "genotype/shape/error.hpp"
#include "genotype/text/generation/generate.hpp"
#include "genotype/text/generation/generated_text.hpp"
#include "genotype/text/generation/generation_options.hpp"
#include "genotype/text/generation/language_model_run.hpp"
#include "genotype/text/tokenizer/tokenizer.hpp"
#include "genotype/text/typed/fields.hpp"
#include "genotype/text/typed/json_machine.hpp"
#include "genotype/text/typed/json_shape.hpp"
#include "genotype/text/typed/read_answer.hpp"
#include "genotype/text/typed/token_mask.hpp"

namespace genotype::inline v0_1 {

/// A value that a model was made to write, and the text that it wrote.
template <class T>
struct Answer {
    T value = {};
    GeneratedText text = {};
};

/// Generates JSON of a struct behind a prompt, and reads it: tokens that would lead to anything else are not chosen,
/// and near `max_new_tokens` none that would leave no room for the end, so that what comes is always whole. Fields are
/// bool, whole and floating-point numbers, std::string, std::optional, std::vector, and structs of these; names are
/// those of the source. A model knows of the form only what the prompt says. `Error` where `max_new_tokens` are fewer
/// than the shortest answer has bytes, and with beams or stop strings. Compare: outlines' `generate.json`, vLLM's
/// `guided_json`.
///
///     struct Person { std::string name; int age; std::vector<std::string> hobbies; };
///     const Person person = generate<Person>(run, tokenizer, prompt, {.max_new_tokens = 100});
template <typed::Fields T, LanguageModelRun Run>
Answer<T> generate_answer(Run& run, const Tokenizer& tokenizer, const AnswerTokens& tokens,
                          std::span<const TokenId> prompt, const GenerationOptions& options = {},
                          const AnswerLimits& limits = {}) {
    const typed::JsonShape shape = typed::shape_of<T>(limits);
    const auto wrong = [](const char* field, int found, const std::string& expected) {
        fail("generate an answer", field, std::to_string(found), expected);
    };
    if (options.num_beams > 1) wrong("num_beams", options.num_beams, "1");
    if (!options.stop_strings.empty())
        wrong("stop_strings", static_cast<int>(options.stop_strings.size()), "none: it ends where its value does");
    if (options.max_new_tokens < shape.fewest)
        wrong("max_new_tokens", options.max_new_tokens,
              "at least " + std::to_string(shape.fewest) + ", the bytes of the shortest answer");
    if (tokens.vocabulary() != std::as_const(run).vocabulary())
        wrong("vocabulary of the answer's tokens", tokens.vocabulary(),
              std::to_string(std::as_const(run).vocabulary()));
    typed::ShapedRun shaped(run, tokens, shape, static_cast<int>(prompt.size()), options.max_new_tokens);
    typed::JsonMachine heard(shape);
    const std::vector<std::vector<TokenId>> prompts{{prompt.begin(), prompt.end()}};
    Generated all = generate(shaped, tokenizer, std::span(prompts), options, [&](int, std::string_view piece) {
        for (const char byte : piece) heard.step(static_cast<unsigned char>(byte));
        return !heard.is_done();
    });
    Answer<T> answer{.text = std::move(all.texts[0])};
    if (!heard.is_done())
        fail("generate an answer", "text", answer.text.text, "JSON of the type: the tokenizer has no tokens for it");
    typed::read_answer(nlohmann::json::parse(answer.text.text), answer.value);
    return answer;
}

/// The same for a text, with a vocabulary that is looked at anew.
template <typed::Fields T, LanguageModelRun Run>
requires(!LanguageModelRun<T>) T generate(Run& run, const Tokenizer& tokenizer, std::string_view prompt,
                                          const GenerationOptions& options = {}, const AnswerLimits& limits = {}) {
    const AnswerTokens tokens(tokenizer, std::as_const(run).vocabulary());
    const std::vector<TokenId> ids = tokenizer.encode(prompt);
    return generate_answer<T>(run, tokenizer, tokens, ids, options, limits).value;
}

}  // namespace genotype::inline v0_1
