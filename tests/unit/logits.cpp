// The likeliest tokens and the filters, against what their definitions say, on both sides of every block's limit.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "genotype/random/philox.hpp"
#include "genotype/text/generation/logits_filters.hpp"
#include "genotype/text/generation/logits_repetition.hpp"
#include "support/sizes.hpp"
#include "support/temporary_folder.hpp"

using namespace genotype;
using Logits = std::vector<float>;

namespace {

constexpr float out = -std::numeric_limits<float>::infinity();
const std::vector<int> sizes{
    1, 2, 31, 32, 33, 127, 128, 129, 255, 257, 1000, 4096, genotype_test::has_fewer_sizes ? 9000 : 40000};

/// Between -width and width; with `levels` as many different values, so that there are ties.
Logits some_logits(int count, std::uint64_t seed, float width, int levels = 1 << 20) {
    Logits logits;
    for (int at = 0; at < count; ++at) {
        const auto word = philox(seed, static_cast<std::uint64_t>(at))[0] % static_cast<std::uint32_t>(levels);
        logits.push_back((2 * static_cast<float>(word) / static_cast<float>(levels) - 1) * width);
    }
    return logits;
}

template <class Test>
void for_each_case(Test test) {
    for (const int size : sizes)
        for (const float width : {0.f, 0.5f, 12.f, 60.f})
            for (const int levels : {3, 1 << 20}) {
                CAPTURE(size);
                CAPTURE(width);
                CAPTURE(levels);
                test(some_logits(size, static_cast<std::uint64_t>(size), width, levels));
            }
}

/// The tokens in order: the likeliest first, of equal ones the last.
std::vector<std::size_t> ranking(const Logits& logits) {
    std::vector<std::size_t> order(logits.size());
    std::iota(order.begin(), order.end(), 0u);
    std::sort(order.begin(), order.end(), [&](std::size_t left, std::size_t right) {
        return std::pair(logits[left], left) > std::pair(logits[right], right);
    });
    return order;
}

/// The logits of the tokens at `places`, and no others.
Logits only(const Logits& logits, std::span<const std::size_t> places) {
    Logits result(logits.size(), out);
    for (const std::size_t at : places) result[at] = logits[at];
    return result;
}

}  // namespace

TEST_CASE("the first of the largest logits") {
    for_each_case([](const Logits& logits) {
        const auto largest = std::max_element(logits.begin(), logits.end());
        CHECK(argmax(logits) == static_cast<TokenId>(largest - logits.begin()));
    });
    for (std::size_t at = 0; at < 300; ++at) {
        Logits logits(300, -5);
        logits[at] = -4;
        CHECK(argmax(logits) == static_cast<TokenId>(at));
        logits[at] = std::nanf("");
        CHECK(contains(error_of([&] { argmax(logits); }), "logits: token " + std::to_string(at) + ": found nan"));
        logits[at] = -out;
        CHECK(contains(error_of([&] { argmax(logits); }), "found inf, expected a finite number"));
    }
    CHECK(argmax(Logits{out, -3, out}) == 1);
    CHECK(contains(error_of([] { argmax(Logits(200, out)); }), "found none that may follow"));
}

TEST_CASE("top-k keeps k tokens, and those as likely as the last of them") {
    for_each_case([](const Logits& logits) {
        LogitsScratch scratch(static_cast<int>(logits.size()));
        Logits descending = logits;
        std::sort(descending.rbegin(), descending.rend());
        for (const std::size_t k : {1ul, 2ul, 5ul, 50ul, 312ul, 313ul, 314ul, 1000ul, logits.size()}) {
            if (k > logits.size()) continue;
            Logits kept = logits, expected = logits;
            for (float& logit : expected)
                if (logit < descending[k - 1]) logit = out;
            keep_top_k(kept, static_cast<int>(k), scratch);
            CHECK(kept == expected);
            CHECK(detail::kth_largest(logits, k, scratch.floats()) == descending[k - 1]);
        }
    });
}

TEST_CASE("top-p keeps the fewest tokens that add up to it") {
    for_each_case([](const Logits& logits) {
        LogitsScratch scratch(static_cast<int>(logits.size()));
        const std::vector<std::size_t> order = ranking(logits);
        double sum = 0;
        for (const float logit : logits) sum += std::exp(static_cast<double>(logit - logits[order[0]]));
        for (const double top_p : {0.0, 1e-6, 0.1, 0.5, 0.9, 0.99, 0.99999}) {
            CAPTURE(top_p);
            Logits kept = logits;
            keep_top_p(kept, top_p, scratch);
            // So many more or fewer as float32 makes no difference between.
            std::size_t fewest = 0, most = 0;
            double above = 0;
            for (const std::size_t at : order) {
                if (fewest == 0 || above < top_p - 1e-6) ++fewest;
                if (most == 0 || above < top_p + 1e-6) ++most;
                above += std::exp(static_cast<double>(logits[at] - logits[order[0]])) / sum;
            }
            const auto count = static_cast<std::size_t>(
                std::count_if(kept.begin(), kept.end(), [](float logit) { return logit > out; }));
            CHECK(count >= fewest);
            CHECK(count <= most);
            CHECK(kept == only(logits, std::span(order).first(count)));
        }
    });
}

TEST_CASE("min-p keeps what is likely beside the likeliest") {
    for_each_case([](const Logits& logits) {
        LogitsScratch scratch(static_cast<int>(logits.size()));
        const std::vector<std::size_t> order = ranking(logits);
        for (const float min_p : {0.f, 1e-4f, 0.1f, 0.5f, 1.f}) {
            CAPTURE(min_p);
            Logits kept = logits;
            keep_min_p(kept, min_p, scratch);
            for (std::size_t at = 0; at < logits.size(); ++at) {
                const double share = std::exp(static_cast<double>(logits[at]) - static_cast<double>(logits[order[0]]));
                if (share > min_p * (1 + 1e-5)) CHECK(kept[at] == logits[at]);
                if (share < min_p * (1 - 1e-5)) CHECK(kept[at] == out);
            }
            CHECK(kept[order[0]] == logits[order[0]]);
        }
    });
}

TEST_CASE("banned tokens stay banned, whatever filter comes behind") {
    Logits logits = some_logits(1000, 1, 3);
    for (std::size_t at = 0; at < logits.size(); ++at)
        if (at % 10 != 3) logits[at] = out;
    LogitsScratch scratch(1000);
    Logits kept = logits;
    keep_top_k(kept, 500, scratch);
    CHECK(kept == logits);
    keep_top_p(kept, 0.5, scratch);
    keep_min_p(kept, 0.f, scratch);
    int count = 0;
    for (std::size_t at = 0; at < logits.size(); ++at) {
        if (at % 10 != 3) CHECK(kept[at] == out);
        count += kept[at] > out;
    }
    CHECK(count > 5);
    CHECK(count < 50);
}

TEST_CASE("the logarithms of probabilities") {
    for_each_case([](const Logits& logits) {
        LogitsScratch scratch(static_cast<int>(logits.size()));
        Logits result(logits.size());
        log_softmax(logits, result, scratch);
        const float largest = *std::max_element(logits.begin(), logits.end());
        double sum = 0;
        for (const float logit : logits) sum += std::exp(static_cast<double>(logit - largest));
        for (std::size_t at = 0; at < logits.size(); ++at) {
            const double expected = static_cast<double>(logits[at] - largest) - std::log(sum);
            CHECK(std::abs(static_cast<double>(result[at]) - expected) <= 2e-7 * (1 + std::abs(expected)));
        }
    });
}

TEST_CASE("a draw is the first token whose cumulative probability is above the number") {
    for_each_case([](const Logits& logits) {
        LogitsScratch scratch(static_cast<int>(logits.size()));
        const float largest = *std::max_element(logits.begin(), logits.end());
        std::vector<double> cumulative;
        double sum = 0;
        for (const float logit : logits)
            cumulative.push_back(sum += std::exp(static_cast<double>(logit) - static_cast<double>(largest)));
        // The largest for every number, whose time goes into sums of the same blocks.
        const int last = logits.size() > 64 && genotype_test::has_fewer_sizes ? 9 : 199;
        for (int step = 0; step <= last; ++step) {
            const double uniform = step < last ? step / static_cast<double>(last) : 1 - 0x1p-53;
            const std::size_t drawn = draw(logits, uniform, scratch);
            REQUIRE(drawn < logits.size());
            CHECK(cumulative[drawn] >= (uniform - 1e-6) * sum);
            if (drawn > 0) CHECK(cumulative[drawn - 1] <= (uniform + 1e-6) * sum);
        }
    });
    LogitsScratch scratch(500);
    Logits logits(500, out);
    logits[131] = 2;
    for (const double uniform : {0.0, 0.5, 1 - 0x1p-53}) CHECK(draw(logits, uniform, scratch) == 131);
    logits[400] = 2;
    CHECK(draw(logits, 0.0, scratch) == 131);
    CHECK(draw(logits, 0.499999, scratch) == 131);
    CHECK(draw(logits, 0.5, scratch) == 400);
    CHECK(draw(logits, 1 - 0x1p-53, scratch) == 400);
}

TEST_CASE("repeated tokens and rows of tokens") {
    Logits logits{1, -1, 2, 0, 4}, scratch(6);
    penalize_repetition(logits, std::vector<TokenId>{0, 1, 0, 1, 3, 0}, 2.f, scratch);
    CHECK(logits == Logits{0.5f, -2, 2, 0, 4});
    const auto after = [](std::vector<TokenId> tokens, int size) {
        Logits all(5, 1);
        ban_repeated_ngrams(all, tokens, size);
        std::vector<int> banned;
        for (int token = 0; token < 5; ++token)
            if (all[static_cast<std::size_t>(token)] < 0) banned.push_back(token);
        return banned;
    };
    using Banned = std::vector<int>;
    CHECK(after({0, 1, 3}, 1) == Banned{0, 1, 3});
    CHECK(after({0, 1, 0, 2, 0}, 2) == Banned{1, 2});
    CHECK(after({0, 1, 0, 2, 1}, 2) == Banned{0});
    CHECK(after({0, 1, 2, 0, 1}, 3) == Banned{2});
    CHECK(after({0, 1, 2, 1}, 3).empty());
    CHECK(after({0, 0}, 2) == Banned{0});
    CHECK(after({0}, 2).empty());
    CHECK(after({0, 1}, 4).empty());
}
