// How probable a text is to a language model.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "genotype/kernels/sequences.hpp"
#include "genotype/shape/error.hpp"
#include "genotype/text/generation/language_model_run.hpp"
#include "genotype/text/generation/logits_softmax.hpp"
#include "genotype/text/tokenizer/merges.hpp"

namespace genotype::inline v0_1 {

/// A language model that gives the logits of every token: `forward_all(tokens, sequences)` is (tokens.size(),
/// vocabulary).
template <class Run>
concept ScoringRun = LanguageModelRun<Run> &&
    requires(Run& run, std::span<const TokenId> tokens, std::span<const kernels::SequenceRows> sequences) {
    { run.forward_all(tokens, sequences) } -> std::convertible_to<const float*>;
};

/// What a model makes of a text.
struct TextScore {
    /// Of each token but the first the logarithm, in nats, of its probability behind those before it.
    std::vector<float> log_probabilities = {};

    /// Nats a token. transformers equivalent: `model(ids, labels=ids).loss`.
    double loss() const {
        double sum = 0;
        for (const float each : log_probabilities) sum -= static_cast<double>(each);
        return sum / static_cast<double>(log_probabilities.size());
    }
    double perplexity() const { return std::exp(loss()); }
};

/// Reads a text of two tokens or more and scores each behind those before it. A text that is longer than the run's
/// context is read in windows that begin `stride` tokens after one another (0: half the context), so that each token
/// but the first window's has at least context - stride tokens before it. Uses slot 0. `Error` where the text is too
/// short, the stride longer than the context, or the model gives NaN. Source: transformers' guide "Perplexity of
/// fixed-length models".
///
///     const TextScore score = score_text(run, tokenizer.encode(text));
///     std::printf("%.2f\n", score.perplexity());
template <ScoringRun Run>
TextScore score_text(Run& run, std::span<const TokenId> tokens, int stride = 0) {
    const int context = run.context(), length = static_cast<int>(tokens.size());
    if (length < 2) fail("score_text", "tokens", std::to_string(length), "2 at least: a token, and one behind it");
    if (stride < 0 || stride >= context)
        fail("score_text", "stride", std::to_string(stride),
             "0 to " + std::to_string(context - 1) + ", below the context");
    if (stride == 0) stride = std::max(1, context / 2);
    TextScore score;
    score.log_probabilities.reserve(tokens.size() - 1);
    LogitsScratch scratch(run.vocabulary());
    const auto vocabulary = static_cast<std::size_t>(run.vocabulary());
    for (int begin = 0, scored = 1; scored < length; begin += stride) {
        const int end = std::min(begin + context, length);
        for (int at = begin; at < end;) {
            const int count = std::min(run.max_rows(), end - at);
            const kernels::SequenceRows rows{.row = 0, .count = count, .position = at - begin, .slot = 0};
            const auto read = tokens.subspan(static_cast<std::size_t>(at), static_cast<std::size_t>(count));
            const float* const logits = run.forward_all(read, {&rows, 1});
            // Row r has the logits of token at + r + 1.
            for (int token = std::max(scored, at + 1); token <= std::min(at + count, end - 1); ++token) {
                const std::span row{logits + static_cast<std::size_t>(token - 1 - at) * vocabulary, vocabulary};
                score.log_probabilities.push_back(
                    log_probability(row, static_cast<std::size_t>(tokens[static_cast<std::size_t>(token)]), scratch));
            }
            at += count;
        }
        scored = end;
    }
    return score;
}

}  // namespace genotype::inline v0_1
