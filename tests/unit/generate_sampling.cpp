// Draws have the distribution of what is kept, and are functions of seed, sequence and position.
#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <vector>

#include "genotype/text/generation/generate.hpp"
#include "support/end_tokenizer.hpp"
#include "support/fake_language_model.hpp"

using namespace genotype;

namespace {

/// What chi-square with so many degrees of freedom exceeds once in 100 000 times (Wilson and Hilferty's approximation).
double bound(std::size_t degrees) {
    const double n = static_cast<double>(degrees), third = 2 / (9 * n), root = 1 - third + 4.265 * std::sqrt(third);
    return n * root * root * root;
}

/// The sum of (got - expected)^2 / expected.
double chi_square(const std::vector<double>& got, const std::vector<double>& expected) {
    double sum = 0;
    for (std::size_t at = 0; at < got.size(); ++at) sum += std::pow(got[at] - expected[at], 2) / expected[at];
    return sum;
}

const std::vector<TokenId> prompt{104, 101, 108, 108, 111};
const GenerationOptions narrow{.temperature = 1.4, .top_k = 30, .top_p = 0.97, .min_p = 0.02, .seed = 11};

/// Probabilities by token, by the definition.
std::map<TokenId, double> probabilities(const GenerationOptions& options, const std::vector<float>& logits) {
    detail::TokenChoice choice(options, static_cast<int>(logits.size()), 10);
    const detail::KeptTokens kept = choice.keep(logits, prompt, 0);
    std::map<TokenId, double> result;
    double sum = 0;
    for (const float logit : kept.logits) sum += std::exp(static_cast<double>(logit));
    for (std::size_t at = 0; at < kept.ids.size(); ++at)
        result[kept.ids[at]] = std::exp(static_cast<double>(kept.logits[at])) / sum;
    return result;
}

/// Checks draw(k), k < count, against the probabilities.
template <class Draw>
void check_distribution(const std::map<TokenId, double>& probability, int count, Draw draw) {
    std::map<TokenId, double> got;
    for (int k = 0; k < count; ++k) ++got[draw(k)];
    std::vector<double> observed, expected;
    for (const auto& [token, share] : probability) {
        observed.push_back(got[token]);
        expected.push_back(share * count);
        REQUIRE(expected.back() >= 5);
    }
    CHECK(got.size() == probability.size());  // nothing else is drawn
    CHECK(chi_square(observed, expected) < bound(observed.size() - 1));
    CHECK(chi_square(observed, expected) > 0.2 * static_cast<double>(observed.size() - 1));
}

}  // namespace

TEST_CASE("over sequences, positions and seeds tokens come as often as they are probable") {
    const std::vector<float> logits = FakeLanguageModel().logits(prompt);
    constexpr int draws = 20000;
    const auto probability = probabilities(narrow, logits);
    REQUIRE(probability.size() > 10);
    REQUIRE(probability.size() <= 30);
    detail::TokenChoice choice(narrow, 269, 10);
    check_distribution(probability, draws, [&](int k) { return choice.choose(logits, prompt, 0, k); });
    check_distribution(probability, draws, [&](int k) { return choice.choose(logits, prompt, k, 5); });
    check_distribution(probability, draws, [&](int k) {
        GenerationOptions seeded = narrow;
        seeded.seed = static_cast<std::uint64_t>(k);
        return detail::TokenChoice(seeded, 269, 10).choose(logits, prompt, 0, 0);
    });
    const GenerationOptions all{.do_sample = true, .temperature = 3.0};
    detail::TokenChoice any(all, 269, 10);
    check_distribution(probabilities(all, logits), draws * 5,
                       [&](int k) { return any.choose(logits, prompt, k % 100, k / 100); });
}

TEST_CASE("draws one after another, and of neighbours, have nothing to do with each other") {
    // Of a vocabulary of 4 equally likely tokens.
    const std::vector<float> logits(4, 0.f);
    const GenerationOptions options{.do_sample = true, .seed = 2};
    detail::TokenChoice choice(options, 4, 10);
    const auto check_pairs = [&](auto pair) {
        std::vector<double> got(16), expected(16, 1000);
        for (int k = 0; k < 16000; ++k) {
            const auto [left, right] = pair(k);
            ++got[static_cast<std::size_t>(4 * left + right)];
        }
        CHECK(chi_square(got, expected) < bound(15));
    };
    const std::vector<TokenId> one{0};
    const auto at = [&](int sequence, int position) { return choice.choose(logits, one, position, sequence); };
    check_pairs([&](int k) { return std::pair(at(0, k), at(0, k + 1)); });
    check_pairs([&](int k) { return std::pair(at(k, 3), at(k + 1, 3)); });
    check_pairs([&](int k) { return std::pair(at(k, k + 1), at(k + 1, k)); });
}

TEST_CASE("a seed gives the same text again, another seed or index another one") {
    const Tokenizer tokenizer = end_tokenizer();
    FakeLanguageModel model;
    const auto text = [&](std::uint64_t seed, int first) {
        const GenerationOptions options{.do_sample = true, .seed = seed, .first_sequence = first};
        return generate(model, tokenizer, "hello", options).ids;
    };
    CHECK(text(1, 0) == text(1, 0));
    CHECK(text(1, 0) != text(2, 0));
    CHECK(text(1, 0) != text(1, 1));
    CHECK(text(1ull << 40, 0) != text(0, 0));
}

TEST_CASE("sampling is on where one of its fields is set") {
    const Tokenizer tokenizer = end_tokenizer();
    FakeLanguageModel model;
    const auto text = [&](const GenerationOptions& options) {
        return generate(model, tokenizer, "hello", options).ids;
    };
    const auto greedy = text({}), sampled = text({.do_sample = true});
    CHECK(greedy != sampled);
    CHECK(text({.temperature = 1.0}) == sampled);
    CHECK(text({.top_k = 0}) == sampled);
    CHECK(text({.top_p = 1.0}) == sampled);
    CHECK(text({.min_p = 0.0}) == sampled);
    CHECK(text({.top_k = 1}) == greedy);
    CHECK(text({.top_p = 0.0}) == greedy);
    CHECK(text({.min_p = 1.0}) == greedy);
    CHECK(text({.seed = 5}) == greedy);
}
