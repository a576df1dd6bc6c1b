// Byte pair encoding of one word: of all pairs of neighbours that may be merged, the one of the lowest rank is, until
// none is left.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <queue>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

namespace genotype::inline v0_1 {

/// A token's number in its vocabulary.
using TokenId = std::int32_t;

namespace detail {

/// What two neighbours become. Of equal ranks there are none but `never`, that of pairs that are not merged.
struct Merge {
    static constexpr std::int32_t never = std::numeric_limits<std::int32_t>::max();
    std::int32_t rank = never;
    TokenId id = -1;
};

/// From pairs of tokens to merges: a hash table whose size is fixed beforehand.
class MergeTable {
  public:
    explicit MergeTable(std::size_t merges = 0) {
        std::size_t slots = 16;
        while (slots < 2 * merges) {
            slots *= 2;
            --shift_;
        }
        slots_.resize(slots);
    }

    /// False where the pair is there already.
    bool insert(TokenId left, TokenId right, Merge merge) {
        Slot& slot = slots_[place(key(left, right))];
        if (slot.key != none) return false;
        slot = {key(left, right), merge};
        return true;
    }
    Merge find(TokenId left, TokenId right) const { return slots_[place(key(left, right))].merge; }

  private:
    static constexpr std::uint64_t none = ~std::uint64_t{0};  // no pair: ids are not negative
    struct Slot {
        std::uint64_t key = none;
        Merge merge;
    };

    static std::uint64_t key(TokenId left, TokenId right) {
        return static_cast<std::uint64_t>(left) << 32 | static_cast<std::uint32_t>(right);
    }
    /// Where the key is, or would be.
    std::size_t place(std::uint64_t wanted) const {
        std::size_t at = wanted * 0x9e3779b97f4a7c15u >> shift_;
        while (slots_[at].key != wanted && slots_[at].key != none) at = (at + 1) & (slots_.size() - 1);
        return at;
    }

    int shift_ = 60;  // 64 less the bits of an index
    std::vector<Slot> slots_;
};

inline constexpr std::size_t short_word = 64;

/// For words of few tokens: looks at all pairs each time. The result is the beginning of `ids`; returns its length.
inline std::size_t merge_short_word(const MergeTable& table, std::span<TokenId> ids) {
    std::array<Merge, short_word> merges;  // of a token with the one behind it
    std::size_t count = ids.size();
    for (std::size_t at = 0; at + 1 < count; ++at) merges[at] = table.find(ids[at], ids[at + 1]);
    while (count > 1) {
        std::size_t best = 0;
        for (std::size_t at = 1; at + 1 < count; ++at)
            if (merges[at].rank < merges[best].rank) best = at;
        if (merges[best].rank == Merge::never) break;
        ids[best] = merges[best].id;
        --count;
        for (std::size_t at = best + 1; at < count; ++at) {
            ids[at] = ids[at + 1];
            merges[at] = merges[at + 1];
        }
        if (best > 0) merges[best - 1] = table.find(ids[best - 1], ids[best]);
        if (best + 1 < count) merges[best] = table.find(ids[best], ids[best + 1]);
    }
    return count;
}

/// For words of any length, n log n: a list whose pairs wait in a heap, those of equal rank from left to right.
inline std::size_t merge_long_word(const MergeTable& table, std::span<TokenId> ids) {
    struct Candidate {
        std::int32_t rank;
        std::uint32_t at;
        bool operator>(const Candidate& other) const { return std::tie(rank, at) > std::tie(other.rank, other.at); }
    };
    const auto count = static_cast<std::uint32_t>(ids.size());
    std::vector<std::uint32_t> next(count), before(count);
    std::vector<Candidate> first;
    const auto candidate = [&](std::uint32_t at) {
        return Candidate{next[at] < count ? table.find(ids[at], ids[next[at]]).rank : Merge::never, at};
    };
    for (std::uint32_t at = 0; at < count; ++at) {
        next[at] = at + 1;
        before[at] = at - 1;
        if (const Candidate pair = candidate(at); pair.rank != Merge::never) first.push_back(pair);
    }
    std::priority_queue waiting(std::greater<Candidate>{}, std::move(first));
    constexpr TokenId gone = -1;
    while (!waiting.empty()) {
        const Candidate pair = waiting.top();
        waiting.pop();
        // One of the two may have been merged with another neighbour since.
        if (ids[pair.at] == gone || candidate(pair.at).rank != pair.rank) continue;
        const std::uint32_t right = next[pair.at];
        ids[pair.at] = table.find(ids[pair.at], ids[right]).id;
        ids[right] = gone;
        next[pair.at] = next[right];
        if (next[right] < count) before[next[right]] = pair.at;
        if (const Candidate behind = candidate(pair.at); behind.rank != Merge::never) waiting.push(behind);
        if (pair.at == 0) continue;
        if (const Candidate ahead = candidate(before[pair.at]); ahead.rank != Merge::never) waiting.push(ahead);
    }
    return static_cast<std::size_t>(std::remove(ids.begin(), ids.end(), gone) - ids.begin());
}

/// Merges the tokens of a word in place and returns how many are left.
/// Equivalent: `tokenizers.models.BPE`. Source: Sennrich, Haddow and Birch (2016), arXiv:1508.07909.
inline std::size_t merge_word(const MergeTable& table, std::span<TokenId> ids) {
    return ids.size() <= short_word ? merge_short_word(table, ids) : merge_long_word(table, ids);
}

}  // namespace detail
}  // namespace genotype::inline v0_1
