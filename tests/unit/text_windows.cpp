// Random ranges of a text: where they begin, what they hold, and how they go on.
#include "genotype/data/text_windows.hpp"

#include <doctest/doctest.h>

#include <numeric>
#include <vector>

using namespace genotype;

namespace {

std::vector<int> counted(int size) {
    std::vector<int> tokens(static_cast<std::size_t>(size));
    std::iota(tokens.begin(), tokens.end(), 0);
    return tokens;
}

std::vector<int> copy_of(std::span<const int> tokens) {
    return {tokens.begin(), tokens.end()};
}

}  // namespace

TEST_CASE("windows are neighbours, and begin wherever one fits, each place as often as another") {
    const std::vector<int> tokens = counted(13);
    TextWindows windows(tokens, {.batch = 3, .context = 4, .seed = 1});
    std::vector<int> begun(9);  // 13 tokens have 9 windows of 5
    for (int step = 0; step < 3000; ++step) {
        const auto batch = windows.next();
        REQUIRE(batch.size() == 15);
        for (std::size_t text = 0; text < 3; ++text) {
            const int first = batch[text * 5];
            REQUIRE((first >= 0 && first < 9));
            ++begun[static_cast<std::size_t>(first)];
            for (std::size_t at = 0; at < 5; ++at) REQUIRE(batch[text * 5 + at] == first + static_cast<int>(at));
        }
    }
    // 1000 expected; 9 degrees of freedom less one, and a chi-square of 35 in one of 40 000 trials.
    double chi_square = 0;
    for (const int count : begun) chi_square += (count - 1000.0) * (count - 1000.0) / 1000;
    CHECK(chi_square < 35);
}

TEST_CASE("what comes depends on the seed and the position alone") {
    const std::vector<int> tokens = counted(1000);
    const TextWindowsOptions options{.batch = 4, .context = 10, .seed = 5};
    TextWindows one(tokens, options), other(tokens, options);
    CHECK(one.batches() == 25);
    for (int step = 0; step < 60; ++step) one.next();
    CHECK(one.position() == LoaderPosition{2, 10});
    const auto expected = copy_of(one.next());
    other.seek({2, 10});
    CHECK(copy_of(other.next()) == expected);
    CHECK(other.position() == LoaderPosition{2, 11});
    CHECK(copy_of(other.next()) != expected);
    TextWindows third(tokens, {.batch = 4, .context = 10, .seed = 6});
    third.seek({2, 10});
    CHECK(copy_of(third.next()) != expected);
}

TEST_CASE("issue 17.9: a text in order has every token as an answer once") {
    for (const int size : {5, 6, 8, 9, 13, 40, 41, 43})
        for (const int batch : {1, 2, 3, 64}) {
            CAPTURE(size);
            CAPTURE(batch);
            const std::vector<int> tokens = counted(size);
            TextInOrder text(tokens, {.batch = batch, .context = 4});
            CHECK(text.targets() == size - 1);
            int next = 1;
            long parts = 0;
            for (auto part = text.next(); part.targets > 0; part = text.next(), ++parts) {
                REQUIRE(part.windows.size() % 5 == 0);
                REQUIRE(part.windows.size() <= static_cast<std::size_t>(batch) * 5);
                const long known = static_cast<long>(part.windows.size()) / 5 * 4 - part.targets;
                CHECK((known == 0 || (part.windows.size() == 5 && known < 4)));
                for (std::size_t at = 0; at < part.windows.size(); ++at) {
                    if (at % 5 == 0) continue;
                    REQUIRE(part.windows[at] == part.windows[at - 1] + 1);
                    if (part.windows[at] >= next) REQUIRE(part.windows[at] == next++);
                }
            }
            CHECK(next == size);
            CHECK(parts == text.parts());
            CHECK(text.next().windows.empty());
        }
    const std::vector<int> few = counted(4);
    CHECK_THROWS_WITH_AS(TextInOrder(few, {.batch = 1, .context = 4}),
                         "text windows: tokens: found 4, expected at least one window of 5", Error);
}

TEST_CASE("nanoGPT's split") {
    const std::vector<int> tokens = counted(1003);
    const TextParts parts = split_text(tokens);
    CHECK(parts.train.size() == 902);
    CHECK(parts.validation.size() == 101);
    CHECK(parts.validation.front() == 902);
    CHECK(split_text({}).train.empty());
}

TEST_CASE("faults") {
    const std::vector<int> tokens = counted(5);
    CHECK_THROWS_WITH_AS(TextWindows(tokens, {.batch = 1, .context = 5}),
                         "text windows: tokens: found 5, expected at least one window of 6", Error);
    CHECK(TextWindows(tokens, {.batch = 2, .context = 4}).next()[9] == 4);
    CHECK_THROWS_WITH_AS(TextWindows(tokens, {.batch = 0, .context = 4}),
                         "text windows: batch: found 0, expected at least 1", Error);
    CHECK_THROWS_WITH_AS(TextWindows(tokens, {.batch = 1, .context = 0}),
                         "text windows: context: found 0, expected at least 1", Error);
    TextWindows windows(tokens, {.batch = 1, .context = 4});
    CHECK_THROWS_WITH_AS(windows.seek({0, 1}), "text windows: batch: found 1, expected 0 to 0", Error);
    CHECK_THROWS_WITH_AS(windows.seek({-1, 0}), "text windows: epoch: found -1, expected 0 or more", Error);
}
