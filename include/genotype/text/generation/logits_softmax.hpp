// From logits to probabilities: their sums, their logarithms, and a draw.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "genotype/kernels/cpu/elementwise.hpp"
#include "genotype/kernels/cross_entropy.hpp"
#include "genotype/kernels/device.hpp"
#include "genotype/text/generation/logits_largest.hpp"

namespace genotype::inline v0_1 {

namespace detail {

inline constexpr int logit_bins = 2048;

}  // namespace detail

/// Memory for looking at the logits of a vocabulary.
class LogitsScratch {
  public:
    /// A token that may be at the boundary of what is kept.
    struct Candidate {
        float logit, weight;
        std::size_t at;
    };

    explicit LogitsScratch(int vocabulary)
        : floats_(2 * static_cast<std::size_t>(vocabulary)),
          masses_(detail::logit_bins + 1),
          candidates_(static_cast<std::size_t>(vocabulary)) {}

    /// Two for each logit.
    std::span<float> floats() { return floats_; }
    /// One for each bin, and one for what is in none.
    std::span<double> masses() { return masses_; }
    std::span<Candidate> candidates() { return candidates_; }

  private:
    std::vector<float> floats_;
    std::vector<double> masses_;
    std::vector<Candidate> candidates_;
};

namespace detail {

/// Probabilities but for a common factor: exp(logit - the largest), and their sum.
struct LogitWeights {
    std::span<const float> values;
    double sum;
    float largest;  // logit
};

inline double sum_of(std::span<const float> values) {
    double sum = 0;
    for (std::size_t at = 0; at < values.size(); at += logits_block) {
        const std::size_t count = std::min(logits_block, values.size() - at);
        const float* x = values.data() + at;
        double of_block = 0;
#pragma omp simd reduction(+ : of_block)
        for (std::size_t i = 0; i < count; ++i) of_block += static_cast<double>(x[i]);
        sum += of_block;
    }
    return sum;
}

/// The weights of logits of which one at least is finite, and none NaN. They lie in `scratch`.
inline LogitWeights logit_weights(std::span<const float> logits, std::span<float> scratch) {
    bool ignored = false;
    const auto values = scratch.first(logits.size());
    const float largest = largest_logit(logits, ignored);
    map(Cpu{}, static_cast<long>(logits.size()), kernels::detail::ShiftedExp{largest}, values.data(), logits.data());
    return {values, sum_of(values), largest};
}

}  // namespace detail

/// log(softmax(logits)) in `result`, which `logits` may lie in. `Error` where a logit is NaN or the largest is
/// infinite. PyTorch: `torch.log_softmax`.
inline void log_softmax(std::span<const float> logits, std::span<float> result, LogitsScratch& scratch) {
    const float largest = logits[static_cast<std::size_t>(argmax(logits))];
    const auto log_sum = static_cast<float>(std::log(detail::logit_weights(logits, scratch.floats()).sum));
    const float* x = logits.data();
    float* y = result.data();
#pragma omp simd
    for (std::size_t at = 0; at < logits.size(); ++at) y[at] = x[at] - largest - log_sum;
}

/// log(softmax(logits)) of one token. `Error` as `log_softmax`.
inline float log_probability(std::span<const float> logits, std::size_t token, LogitsScratch& scratch) {
    static_cast<void>(argmax(logits));  // which looks for NaN
    const detail::LogitWeights weights = detail::logit_weights(logits, scratch.floats());
    return logits[token] - weights.largest - static_cast<float>(std::log(weights.sum));
}

/// The place of a token that is drawn by its probability: the first whose probability and those before it add up to
/// more than `uniform`, from 0 to below 1. The order of the sums is fixed.
inline std::size_t draw(std::span<const float> logits, double uniform, LogitsScratch& scratch) {
    const detail::LogitWeights weights = detail::logit_weights(logits, scratch.floats());
    const double wanted = uniform * weights.sum;
    double sum = 0;
    std::size_t drawn = 0;  // the last that is possible, should rounding leave the sum below what is wanted
    for (std::size_t at = 0; at < logits.size(); at += detail::logits_block) {
        const auto block = weights.values.subspan(at, std::min(detail::logits_block, logits.size() - at));
        const double after = sum + detail::sum_of(block);
        if (after > wanted || at + block.size() == logits.size())
            for (std::size_t i = 0; i < block.size(); ++i) {
                if (block[i] > 0) drawn = at + i;
                sum += static_cast<double>(block[i]);
                if (sum > wanted) return drawn;
            }
        sum = after;
    }
    return drawn;
}

}  // namespace genotype::inline v0_1
