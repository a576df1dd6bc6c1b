// What generation refuses, and in which words.
#include <doctest/doctest.h>

#include <limits>
#include <string>
#include <vector>

#include "genotype/text/generation/generate.hpp"
#include "support/end_tokenizer.hpp"
#include "support/fake_language_model.hpp"
#include "support/temporary_folder.hpp"

using namespace genotype;
using Prompts = std::vector<std::vector<TokenId>>;

namespace {

std::string error(const GenerationOptions& options, const Prompts& prompts = {{65}}, FakeModelOptions fake = {}) {
    static const Tokenizer tokenizer = end_tokenizer();
    FakeLanguageModel model(std::move(fake));
    return error_of([&] { generate(model, tokenizer, prompts, options); });
}

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN(),
                 infinite = std::numeric_limits<double>::infinity();

}  // namespace

TEST_CASE("options out of range are named, with what was found and what is expected") {
    const auto expect = [](const GenerationOptions& options, const std::string& words) {
        CAPTURE(words);
        CHECK(contains(error(options), "generation options: " + words));
    };
    CHECK(error({}) == "no error");
    expect({.max_new_tokens = 0}, "max_new_tokens: found 0, expected at least 1");
    expect({.min_new_tokens = -1}, "min_new_tokens: found -1, expected at least 0");
    expect({.max_new_tokens = 5, .min_new_tokens = 6}, "min_new_tokens: found 6, expected at most 5, max_new_tokens");
    for (const double temperature : {0.0, -1.0, not_a_number, infinite})
        expect({.temperature = temperature}, "temperature: found ");
    expect({.temperature = 0.0},
           "temperature: found 0, expected a number above 0; or none and nothing else of sampling: "
           "then it is greedy");  // issue 17.23
    expect({.top_k = -1}, "top_k: found -1, expected at least 0");
    for (const double share : {-0.1, 1.1, not_a_number}) {
        expect({.top_p = share}, "top_p: found " + std::to_string(share) + ", expected 0 to 1");
        expect({.min_p = share}, "min_p: found " + std::to_string(share) + ", expected 0 to 1");
    }
    expect({.first_sequence = -1}, "first_sequence: found -1");
    for (const double penalty : {0.0, -2.0, not_a_number, infinite})
        expect({.repetition_penalty = penalty}, "repetition_penalty: found ");
    expect({.no_repeat_ngram_size = -1}, "no_repeat_ngram_size: found -1");
    expect({.num_beams = 0}, "num_beams: found 0, expected at least 1");
    expect({.num_beams = 9}, "num_beams: found 9, expected at most 8, the model's slots");
    expect({.do_sample = true, .num_beams = 2}, "num_beams: found 2, expected 1 where tokens are sampled");
    for (const double penalty : {not_a_number, infinite, -infinite})
        expect({.num_beams = 2, .length_penalty = penalty}, "length_penalty: found ");
    expect({.stop_strings = {"a", ""}}, "stop_strings: found an empty one at 1");
    expect({.end_tokens = {268, 269}}, "end_tokens: found 269, expected a token of the model's, 0 to 268");
    expect({.end_tokens = {-1}}, "end_tokens: found -1");
    expect({.suppress_tokens = {0, 269}}, "suppress_tokens: found 269, expected a token of the model's, 0 to 268");
    expect({.suppress_tokens = {-1}}, "suppress_tokens: found -1");
    expect({.max_new_tokens = 5000}, "max_new_tokens: found 5000, expected fewer than the model's context of 4096");
    CHECK(
        contains(error({.num_beams = 4}, {{65}}, {.max_rows = 3}), "num_beams: found 4, expected at most 3, the rows"));
    CHECK(contains(error({.num_beams = 4}, {{1}}, {.vocabulary = 7}),
                   "num_beams: found 4, expected a candidate for each"));
    CHECK(error({.num_beams = 4}, {{1}}, {.vocabulary = 8}) == "no error");
    CHECK(contains(error({.num_beams = 4, .end_tokens = {0, 1}}, {{1}}, {.vocabulary = 11}), "num_beams: found 4"));
}

TEST_CASE("prompts that cannot be run are named") {
    CHECK(contains(error({}, {{65}, {}}), "prompt 1: tokens: found none, expected one at least"));
    CHECK(contains(error({}, {{65}, {1, 2, 269}}),
                   "prompt 1: token 2: found id 269, expected one of the model's, 0 to 268"));
    CHECK(contains(error({}, {{1, -1}}), "prompt 0: token 1: found id -1"));
    const std::vector<TokenId> eleven(11, 65);
    CHECK(contains(error({.max_new_tokens = 10}, {{65}, eleven}, {.context = 20}),
                   "prompt 1: tokens: found 11 and 10 new ones, expected 20 in all at most, the model's context"));
    CHECK(error({.max_new_tokens = 9}, {eleven}, {.context = 20}) == "no error");
    CHECK(error({.max_new_tokens = 10, .truncate = true}, {eleven}, {.context = 20}) == "no error");
    CHECK(contains(error({.max_new_tokens = 20, .truncate = true}, {eleven}, {.context = 20}),
                   "max_new_tokens: found 20"));
    static const Tokenizer tokenizer = end_tokenizer();
    FakeLanguageModel model;
    CHECK(contains(error_of([&] { generate(model, tokenizer, ""); }), "prompt 0: tokens: found none"));
    CHECK(contains(error_of([&] { generate(model, tokenizer, "\xff"); }), "expected UTF-8"));
    CHECK(model.calls == 0);
}

TEST_CASE("logits of which nothing can be chosen are an error in every way") {
    const float bad = std::numeric_limits<float>::quiet_NaN();
    for (const GenerationOptions& options :
         {GenerationOptions{}, GenerationOptions{.top_k = 3}, GenerationOptions{.do_sample = true},
          GenerationOptions{.num_beams = 2}, GenerationOptions{.repetition_penalty = 2}}) {
        CHECK(contains(error(options, {{65}}, {.raised = {{70, bad}}}),
                       "logits: token 70: found nan, expected a finite number"));
        CHECK(contains(error(options, {{65}}, {.raised = {{70, std::numeric_limits<float>::infinity()}}}),
                       "logits: token 70: found inf"));
    }
    CHECK(contains(error({.temperature = 1e-44}), "found inf, expected a finite number"));
    // Every token once, and then none is left.
    FakeModelOptions tiny{.vocabulary = 8};
    CHECK(error({.max_new_tokens = 7, .no_repeat_ngram_size = 1}, {{3}}, tiny) == "no error");
    CHECK(contains(error({.max_new_tokens = 8, .no_repeat_ngram_size = 1}, {{3}}, tiny), "logits: tokens: found none"));
    CHECK(contains(error({.max_new_tokens = 8, .top_k = 2, .no_repeat_ngram_size = 1}, {{3}}, tiny), "found none"));
    CHECK(contains(error({.max_new_tokens = 8, .no_repeat_ngram_size = 1, .num_beams = 2}, {{3}}, tiny), "found none"));
}
