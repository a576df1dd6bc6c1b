// Texts scored token by token, in calls and windows of any size.
#include "genotype/text/generation/score_text.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "genotype/genotype.hpp"
#include "genotype/models/gpt2.hpp"
#include "genotype/models/text_initial_values.hpp"
#include "genotype/text/generation/text_run.hpp"
#include "support/temporary_folder.hpp"

using namespace genotype;

namespace {

constexpr GPT2Config config{.vocabulary = 50, .context = 64, .width = 16, .layers = 2, .heads = 2, .hidden = 32};
using Net = GPT2<config>;

std::vector<TokenId> some_tokens(int count) {
    std::vector<TokenId> tokens;
    for (int n = 0; n < count; ++n) tokens.push_back(n * n % 47);
    return tokens;
}
/// By the definition: each token behind those from `begin` on, each time read anew.
double log_probability_behind(const Model<Net>& model, const std::vector<TokenId>& tokens, int begin, int token) {
    TextRun<Net> run(model, {.context = 64});
    const kernels::SequenceRows rows{.count = token - begin};
    const float* logits =
        run.forward(std::span(tokens).subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(token - begin)),
                    {&rows, 1});
    double sum = 0;
    for (int each = 0; each < 50; ++each) sum += std::exp(static_cast<double>(logits[each]));
    return static_cast<double>(logits[tokens[static_cast<std::size_t>(token)]]) - std::log(sum);
}

}  // namespace

TEST_CASE("each token is scored behind those before it, whatever a call holds") {
    const Model<Net> model(Seed{3});
    const std::vector<TokenId> tokens = some_tokens(40);
    for (const int rows : {64, 7, 1}) {
        TextRun<Net> run(model, {.context = 64, .max_rows = rows});
        const TextScore score = score_text(run, tokens);
        REQUIRE(score.log_probabilities.size() == 39);
        double sum = 0;
        for (int token = 1; token < 40; ++token) {
            const double wanted = log_probability_behind(model, tokens, 0, token);
            CHECK(static_cast<double>(score.log_probabilities[static_cast<std::size_t>(token - 1)]) ==
                  doctest::Approx(wanted).epsilon(1e-5));
            sum -= wanted;
        }
        CHECK(score.loss() == doctest::Approx(sum / 39).epsilon(1e-5));
        CHECK(score.perplexity() == doctest::Approx(std::exp(sum / 39)).epsilon(1e-5));
    }
}

TEST_CASE("a long text is read in windows") {
    const Model<Net> model(Seed{3});
    const std::vector<TokenId> tokens = some_tokens(45);
    TextRun<Net> run(model, {.context = 16, .max_rows = 5});
    for (const int stride : {0, 8, 3, 15}) {
        const int step = stride == 0 ? 8 : stride;
        const TextScore score = score_text(run, tokens, stride);
        REQUIRE(score.log_probabilities.size() == 44);
        for (int token = 1; token < 45; ++token) {
            int begin = 0;  // of the first window that has it
            while (begin + 16 <= token) begin += step;
            const double wanted = log_probability_behind(model, tokens, begin, token);
            CHECK(static_cast<double>(score.log_probabilities[static_cast<std::size_t>(token - 1)]) ==
                  doctest::Approx(wanted).epsilon(1e-5));
        }
    }
    const auto error = [&](int count, int stride) {
        return error_of([&] { score_text(run, some_tokens(count), stride); });
    };
    CHECK(contains(error(1, 0), "score_text: tokens: found 1, expected 2 at least"));
    CHECK(contains(error(9, 16), "score_text: stride: found 16, expected 0 to 15"));
    CHECK(contains(error(9, -1), "score_text: stride: found -1"));
}
