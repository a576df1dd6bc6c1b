// Which tokens may be drawn: temperature, top-k, top-p and min-p, which keep the tokens that transformers keeps
// (generation/logits_process.py). Banned tokens have the logit -infinity.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include "genotype/text/logits_largest.hpp"
#include "genotype/text/logits_softmax.hpp"

namespace genotype {

namespace detail {

/// Whether a token stays where those before it in order have the mass `above`: transformers adds up probabilities from
/// the least on, rounds the sums to float32, and bans a token whose sum, its own among them, is at most 1 - top_p.
struct TopP {
    double sum;
    float cut;

    bool keeps(double above) const { return static_cast<float>((sum - above) / sum) > cut; }
};

}  // namespace detail

/// transformers: `TemperatureLogitsWarper`.
inline void divide_by_temperature(std::span<float> logits, float temperature) {
    for (float& logit : logits) logit /= temperature;
}

/// Bans what is less likely than the k-th likeliest token. transformers: `TopKLogitsWarper`.
inline void keep_top_k(std::span<float> logits, int k, LogitsScratch& scratch) {
    if (static_cast<std::size_t>(k) >= logits.size()) return;
    const float least = detail::kth_largest(logits, static_cast<std::size_t>(k), scratch.floats());
    for (float& logit : logits) logit = logit < least ? detail::banned : logit;
}

/// Keeps the fewest of the likeliest tokens, one at least, whose probabilities add up to `top_p`; of equally likely
/// ones the last. transformers: `TopPLogitsWarper`.
inline void keep_top_p(std::span<float> logits, double top_p, LogitsScratch& scratch) {
    using Candidate = LogitsScratch::Candidate;
    const detail::Weights weights = detail::weights_of(logits, scratch.floats());
    const detail::TopP rule{weights.sum, static_cast<float>(1 - top_p)};
    // Those below this add up to half of what is banned, so they all are.
    const auto least =
        static_cast<float>(weights.sum * static_cast<double>(rule.cut) / (2 * static_cast<double>(logits.size())));
    std::size_t count = 0;
    for (std::size_t at = 0; at < logits.size(); ++at) {
        scratch.candidates()[count] = {logits[at], weights.values[at], at};
        count += weights.values[at] >= least && logits[at] > detail::banned;
    }

    const auto before = [](const Candidate& left, const Candidate& right) {
        return left.logit != right.logit ? left.logit > right.logit : left.at > right.at;
    };
    Candidate* first = scratch.candidates().data();
    Candidate* last = first + count;
    double above = 0;
    // Halves, of which only that with the boundary is looked at again.
    while (last - first > 32) {
        Candidate* middle = first + (last - first) / 2;
        std::nth_element(first, middle, last, before);
        double mass = above;
        for (const Candidate* each = first; each != middle; ++each) mass += static_cast<double>(each->weight);
        if (rule.keeps(mass))
            above = mass, first = middle;
        else
            last = middle;
    }
    std::sort(first, last, before);
    Candidate least_kept = *first;
    for (; first != last && rule.keeps(above); ++first) {
        least_kept = *first;
        above += static_cast<double>(first->weight);
    }
    for (std::size_t at = 0; at < logits.size(); ++at)
        if (logits[at] < least_kept.logit || (logits[at] == least_kept.logit && at < least_kept.at))
            logits[at] = detail::banned;
}

/// Bans tokens whose probability is below `min_p` times that of the likeliest. transformers: `MinPLogitsWarper`.
inline void keep_min_p(std::span<float> logits, float min_p, LogitsScratch& scratch) {
    const detail::Weights weights = detail::weights_of(logits, scratch.floats());
    const float sum = static_cast<float>(weights.sum), least = min_p * (1.f / sum);
    for (std::size_t at = 0; at < logits.size(); ++at)
        if (weights.values[at] / sum < least) logits[at] = detail::banned;
}

}  // namespace genotype
