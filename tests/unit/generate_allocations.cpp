// Generation allocates what it needs at the beginning, and nothing for a token.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "genotype/text/generation/generate.hpp"
#include "support/count_allocations.hpp"
#include "support/end_tokenizer.hpp"
#include "support/fake_language_model.hpp"

using namespace genotype;

TEST_CASE("ten times as many tokens allocate no more") {
    const Tokenizer tokenizer = end_tokenizer();
    // Special tokens have no bytes in the text, and end nothing here: beam search meets finished texts on the way.
    const std::vector<GenerationOptions> ways{
        {},
        {.repetition_penalty = 1.1, .no_repeat_ngram_size = 2},
        {.temperature = 0.8, .top_k = 40, .top_p = 0.9, .min_p = 0.01, .stop_strings = {"never here"}},
        {.num_beams = 4, .length_penalty = 3, .early_stopping = EarlyStopping::never, .end_tokens = {end_token}},
    };
    for (const GenerationOptions& way : ways) {
        CAPTURE(way.num_beams);
        CAPTURE(way.samples());
        const auto allocations = [&](int tokens) {
            GenerationOptions options = way;
            options.max_new_tokens = tokens;
            FakeLanguageModel model({.salt = 3, .raised = {{end_token, way.num_beams > 1 ? 7.f : 0.f}}});
            const std::vector<std::vector<TokenId>> prompts{{1, 2, 3}, {4}};
            generate(model, tokenizer, prompts, {.max_new_tokens = 1});  // so that the fake model has all it needs
            const long before = counted::news;
            const Generated texts = generate(model, tokenizer, prompts, options);
            const long count = counted::news - before;
            CHECK(texts.decode.tokens >= (way.num_beams > 1 ? tokens : 2 * (tokens - 1)));
            return count;
        };
        CHECK(allocations(300) == allocations(30));
    }
}
