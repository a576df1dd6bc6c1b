// Byte pair encoding: words of any length against the plainest way to do it, and how its time grows.
#include "genotype/text/tokenizer/merges.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <map>
#include <random>
#include <utility>
#include <vector>

using namespace genotype;

namespace {

using Ids = std::vector<TokenId>;
using Rules = std::map<std::pair<TokenId, TokenId>, detail::Merge>;

Ids plainly(const Rules& rules, Ids ids) {
    for (;;) {
        std::size_t best = 0;
        detail::Merge merge;
        for (std::size_t at = 0; at + 1 < ids.size(); ++at) {
            const auto rule = rules.find({ids[at], ids[at + 1]});
            if (rule == rules.end() || rule->second.rank >= merge.rank) continue;
            merge = rule->second;
            best = at;
        }
        if (merge.rank == detail::Merge::never) return ids;
        ids[best] = merge.id;
        ids.erase(ids.begin() + static_cast<std::ptrdiff_t>(best) + 1);
    }
}

detail::MergeTable table_of(const Rules& rules) {
    detail::MergeTable table(rules.size());
    for (const auto& [pair, merge] : rules) table.insert(pair.first, pair.second, merge);
    return table;
}

double seconds_of_one_letter(const detail::MergeTable& table, std::size_t letters) {
    Ids ids(letters, 0);
    const auto start = std::chrono::steady_clock::now();
    CHECK(detail::merge_word(table, ids) == letters / 16);
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

TEST_CASE("short and long words are merged as by hand") {
    std::mt19937 random(0);
    for (int round = 0; round < 200; ++round) {
        // Three letters; each rule makes a token of two that are there already.
        Rules rules;
        TokenId tokens = 3;
        std::vector<std::int32_t> ranks;
        for (int rule = 0; rule < 20; ++rule) {
            const auto any = [&] { return static_cast<TokenId>(random() % static_cast<unsigned>(tokens)); };
            if (rules.emplace(std::pair{any(), any()}, detail::Merge{rule, tokens}).second) ++tokens;
        }
        const detail::MergeTable table = table_of(rules);
        for (const std::size_t length : {1u, 2u, 3u, 7u, 20u, 63u, 64u, 65u, 150u}) {
            Ids ids(length);
            for (TokenId& id : ids) id = static_cast<TokenId>(random() % 3);
            const Ids wanted = plainly(rules, ids);
            for (const auto merge : {detail::merge_word, detail::merge_long_word}) {
                Ids merged = ids;
                merged.resize(merge(table, merged));
                CHECK(merged == wanted);
            }
        }
    }
}

TEST_CASE("a pair has one merge") {
    detail::MergeTable table(1);
    CHECK(table.insert(0, 1, {0, 2}));
    CHECK_FALSE(table.insert(0, 1, {1, 3}));
    CHECK(table.find(0, 1).id == 2);
    CHECK(table.find(1, 0).rank == detail::Merge::never);
}

TEST_CASE("the time for one long word grows about as its length does") {
    Rules rules;
    for (TokenId id = 0; id < 4; ++id) rules[{id, id}] = {id, id + 1};
    const detail::MergeTable table = table_of(rules);
    const double some = seconds_of_one_letter(table, 8'000), many = seconds_of_one_letter(table, 128'000);
    CHECK(many < 16 * 4 * some + 0.5);  // with squares it would be 256 times
}
