// Which tokens may be drawn: temperature, top-k, top-p and min-p, which keep the tokens that transformers keeps
// (generation/logits_process.py). Banned tokens have the logit -infinity.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

#include "genotype/text/generation/logits_largest.hpp"
#include "genotype/text/generation/logits_softmax.hpp"

namespace genotype::inline v0_1 {

namespace detail {

/// Whether a token stays where those before it in order have the mass `above`: transformers adds up probabilities from
/// the least on, rounds the sums to float32, and bans a token whose sum, its own among them, is at most 1 - top_p.
struct TopP {
    double sum;
    float cut;

    bool keeps(double above) const { return static_cast<float>((sum - above) / sum) > cut; }
};

/// Logits in bins of equal width, the largest in bin 0. What is in none is so unlikely that all of it adds up to half
/// of what top-p bans.
class LogitBins {
  public:
    LogitBins(float largest, std::size_t logits, float cut)
        : largest_(largest),
          per_logit_(
              static_cast<float>(logit_bins / std::log(2 * static_cast<double>(logits) / static_cast<double>(cut)))) {}

    int operator()(float logit) const {
        return static_cast<int>(std::min((largest_ - logit) * per_logit_, static_cast<float>(logit_bins)));
    }
    /// The bin with the last token that is kept; `above` becomes the mass of the bins before it.
    int boundary(std::span<const float> logits, const LogitWeights& weights, const TopP& rule, std::span<double> masses,
                 double& above) const {
        std::fill(masses.begin(), masses.end(), 0.0);
        for (std::size_t at = 0; at < logits.size(); ++at)
            masses[static_cast<std::size_t>((*this)(logits[at]))] += static_cast<double>(weights.values[at]);
        int bin = 0;
        for (; bin + 1 < logit_bins; ++bin) {
            const double mass = above + masses[static_cast<std::size_t>(bin)];
            if (!rule.keeps(mass)) break;
            above = mass;
        }
        return bin;
    }

  private:
    float largest_, per_logit_;
};

}  // namespace detail

/// transformers: `TemperatureLogitsWarper`.
inline void divide_by_temperature(std::span<float> logits, float temperature) {
    float* x = logits.data();
#pragma omp simd
    for (std::size_t at = 0; at < logits.size(); ++at) x[at] /= temperature;
}

/// Bans what is less likely than the k-th likeliest token. transformers: `TopKLogitsWarper`.
inline void keep_top_k(std::span<float> logits, int k, LogitsScratch& scratch) {
    if (static_cast<std::size_t>(k) >= logits.size()) return;
    const float least = detail::kth_largest(logits, static_cast<std::size_t>(k), scratch.floats());
    float* x = logits.data();
#pragma omp simd
    for (std::size_t at = 0; at < logits.size(); ++at) x[at] = x[at] < least ? detail::banned : x[at];
}

/// Keeps the fewest of the likeliest tokens, one at least, whose probabilities add up to `top_p`; of equally likely
/// ones the last. transformers: `TopPLogitsWarper`.
inline void keep_top_p(std::span<float> logits, double top_p, LogitsScratch& scratch) {
    using Candidate = LogitsScratch::Candidate;
    const detail::LogitWeights weights = detail::logit_weights(logits, scratch.floats());
    const detail::TopP rule{weights.sum, static_cast<float>(1 - top_p)};
    const detail::LogitBins bins(weights.largest, logits.size(), rule.cut);
    double above = 0;
    const int bin = bins.boundary(logits, weights, rule, scratch.masses(), above);
    std::size_t count = 0;
    for (std::size_t at = 0; at < logits.size(); ++at) {
        scratch.candidates()[count] = {logits[at], weights.values[at], at};
        count += bins(logits[at]) == bin;
    }

    const auto before = [](const Candidate& left, const Candidate& right) {
        return left.logit != right.logit ? left.logit > right.logit : left.at > right.at;
    };
    Candidate* first = scratch.candidates().data();
    Candidate* last = first + count;
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
    float* x = logits.data();
    const float least = least_kept.logit;
#pragma omp simd
    for (std::size_t at = 0; at < logits.size(); ++at)
        x[at] = x[at] < least || (x[at] == least && at < least_kept.at) ? detail::banned : x[at];
}

/// Bans tokens whose probability is below `min_p` times that of the likeliest. transformers: `MinPLogitsWarper`.
inline void keep_min_p(std::span<float> logits, float min_p, LogitsScratch& scratch) {
    const detail::LogitWeights weights = detail::logit_weights(logits, scratch.floats());
    const float sum = static_cast<float>(weights.sum), least = min_p * (1.f / sum);
    float* x = logits.data();
    const float* weight = weights.values.data();
#pragma omp simd
    for (std::size_t at = 0; at < logits.size(); ++at) x[at] = weight[at] / sum < least ? detail::banned : x[at];
}

}  // namespace genotype::inline v0_1
