// The likeliest token, and the k likeliest: most logits are only compared.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "genotype/shape/error.hpp"
#include "genotype/text/tokenizer/merges.hpp"

namespace genotype::inline v0_1 {
namespace detail {

inline constexpr float banned = -std::numeric_limits<float>::infinity();

/// Logits that are compared at a time.
inline constexpr std::size_t logits_block = 128;

/// The largest of some logits; `wrong` becomes true where one is no number.
inline float largest_logit(std::span<const float> logits, bool& wrong) {
    const float* x = logits.data();
    const std::size_t count = logits.size();
    float largest = banned;
    int not_numbers = 0;
#pragma omp simd reduction(max : largest) reduction(+ : not_numbers)
    for (std::size_t i = 0; i < count; ++i) {
        largest = x[i] > largest ? x[i] : largest;
        not_numbers += x[i] != x[i];
    }
    wrong |= not_numbers > 0;
    // Clang begins a reduction at the lowest finite number: see docs/compatibility.md.
    if (count > 0 && largest == std::numeric_limits<float>::lowest()) largest = *std::max_element(x, x + count);
    return largest;
}

/// Throws `Error` for logits of which nothing can be chosen.
[[noreturn]] inline void fail_for_logits(std::span<const float> logits) {
    for (std::size_t token = 0; token < logits.size(); ++token)
        if (!(logits[token] < std::numeric_limits<float>::infinity()))
            fail("logits", "token " + std::to_string(token), std::to_string(logits[token]), "a finite number");
    fail("logits", "tokens", "none that may follow", "one at least that no option bans");
}

}  // namespace detail

/// The first of the largest logits. `Error` where one is NaN, where the largest is infinite or where all are banned
/// (-infinity). PyTorch: `torch.argmax`.
inline TokenId argmax(std::span<const float> logits) {
    bool wrong = false;
    float largest = detail::banned;
    std::size_t place = 0;
    for (std::size_t at = 0; at < logits.size(); at += detail::logits_block) {
        const auto block = logits.subspan(at, std::min(detail::logits_block, logits.size() - at));
        const float of_block = detail::largest_logit(block, wrong);
        if (of_block > largest) largest = of_block, place = at;
    }
    if (wrong || !std::isfinite(largest)) detail::fail_for_logits(logits);
    while (logits[place] != largest) ++place;
    return static_cast<TokenId>(place);
}

namespace detail {

/// The k-th largest logit, 1 <= k <= logits.size(); none is NaN. `scratch` holds twice as many floats as there are
/// logits.
inline float kth_largest(std::span<const float> logits, std::size_t k, std::span<float> scratch) {
    const std::size_t blocks = (logits.size() + logits_block - 1) / logits_block;
    const auto descending = [](float left, float right) { return left > right; };
    const auto place = [](std::span<float> values, std::size_t at) {
        return values.begin() + static_cast<std::ptrdiff_t>(at);
    };
    std::size_t count = 0;
    if (k <= blocks) {
        // As many blocks as k have a largest logit of at least `bound`, so the k-th largest of all is no less; and it
        // is in a block whose largest is no less.
        const auto block = [&](std::size_t b) {
            return logits.subspan(b * logits_block, std::min(logits_block, logits.size() - b * logits_block));
        };
        bool ignored = false;
        const auto largest = scratch.subspan(logits.size(), blocks), order = scratch.first(blocks);
        for (std::size_t b = 0; b < blocks; ++b) largest[b] = order[b] = largest_logit(block(b), ignored);
        std::nth_element(order.begin(), place(order, k - 1), order.end(), descending);
        const float bound = order[k - 1];
        for (std::size_t b = 0; b < blocks; ++b) {
            if (largest[b] < bound) continue;
            for (const float logit : block(b))
                if (logit >= bound) scratch[count++] = logit;
        }
    } else {
        std::copy(logits.begin(), logits.end(), scratch.begin());
        count = logits.size();
    }
    std::nth_element(scratch.begin(), place(scratch, k - 1), place(scratch, count), descending);
    return scratch[k - 1];
}

}  // namespace detail
}  // namespace genotype::inline v0_1
