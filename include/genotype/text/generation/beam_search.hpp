// Beam search over rows of logits: the same steps, in the same arithmetic, as transformers' (generation/utils.py,
// `_beam_search`), for one prompt.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "genotype/shape/error.hpp"
#include "genotype/text/generation/generated_text.hpp"
#include "genotype/text/generation/generation_options.hpp"
#include "genotype/text/generation/logits_largest.hpp"
#include "genotype/text/tokenizer/merges.hpp"

namespace genotype::inline v0_1::detail {

/// A text that may continue.
struct Beam {
    std::vector<TokenId> tokens = {};  // the prompt and what is new
    float score = 0;                   // the sum of the log-probabilities
    int parent = 0;                    // the beam of the step before that it continues
};

/// A text that has ended.
struct FinishedBeam {
    std::vector<TokenId> ids = {};
    float score = 0;  // with the length penalty
    StopReason stopped = StopReason::max_new_tokens;
};

class BeamSearch {
  public:
    BeamSearch(const GenerationOptions& options, std::span<const TokenId> prompt)
        : prompt_(prompt.size()),
          count_(static_cast<std::size_t>(options.num_beams)),
          most_(static_cast<std::size_t>(beam_candidates(options))),
          beams_(count_),
          next_(count_) {
        for (auto* beams : {&beams_, &next_})
            for (Beam& beam : *beams) beam.tokens.reserve(prompt_ + static_cast<std::size_t>(options.max_new_tokens));
        beams_[0].tokens.assign(prompt.begin(), prompt.end());
        finished_.resize(count_ + 1);
        for (FinishedBeam& beam : finished_) beam.ids.reserve(static_cast<std::size_t>(options.max_new_tokens));
        candidates_.reserve(most_ + 1);
        order_.reserve(most_);
    }

    std::span<const Beam> beams() const { return std::span(beams_).first(running_); }
    bool done() const { return done_; }
    const FinishedBeam& best() const { return finished_.front(); }

    /// One token more for each beam: `logits` (beams, vocabulary) are those of their last tokens.
    template <class Rules>
    void step(const float* logits, Rules& rules) {
        const auto vocabulary = static_cast<std::size_t>(rules.vocabulary);
        const int new_tokens = static_cast<int>(beams_[0].tokens.size() - prompt_);
        candidates_.clear();
        for (std::size_t beam = 0; beam < running_; ++beam)
            add_candidates(beam, rules.choice.log_probabilities({logits + beam * vocabulary, vocabulary},
                                                                beams_[beam].tokens, new_tokens));
        for (Candidate& candidate : candidates_)
            candidate.end = rules.end(beams_[candidate.beam].tokens, candidate.token, new_tokens);
        finish(new_tokens + 1, rules.options);
        go_on();
        done_ = !may_improve(new_tokens + 1, rules.options);
        if (done_ && ended_ == 0) fail_for_logits({});
    }

  private:
    struct Candidate {
        float score;
        std::size_t beam;
        TokenId token;
        std::optional<StopReason> end;
    };
    /// A score that nothing has, which transformers gives to what must not be chosen.
    static constexpr float out_of_question = -1e9f;

    /// Keeps the best candidates, in order; of those with one score the first beam's first token comes first.
    void add_candidates(std::size_t beam, std::span<const float> scores) {
        const float so_far = beams_[beam].score;
        const auto is_too_low = [&](float score) {
            return candidates_.size() == most_ && !(score + so_far > candidates_.back().score);
        };
        bool ignored = false;
        for (std::size_t at = 0; at < scores.size(); at += logits_block) {
            const auto block = scores.subspan(at, std::min(logits_block, scores.size() - at));
            if (is_too_low(largest_logit(block, ignored))) continue;
            for (std::size_t i = 0; i < block.size(); ++i) {
                if (is_too_low(block[i])) continue;
                const Candidate candidate{block[i] + so_far, beam, static_cast<TokenId>(at + i), {}};
                candidates_.insert(std::upper_bound(candidates_.begin(), candidates_.end(), candidate,
                                                    [](const Candidate& left, const Candidate& right) {
                                                        return left.score > right.score;
                                                    }),
                                   candidate);
                if (candidates_.size() > most_) candidates_.pop_back();
            }
        }
    }

    static float penalty(int length, const GenerationOptions& options) {
        return static_cast<float>(std::pow(static_cast<double>(length), options.length_penalty));
    }

    /// Texts that end now, if they are among the best `num_beams` candidates, and among the best that have ended.
    void finish(int length, const GenerationOptions& options) {
        for (std::size_t at = 0; at < count_; ++at) {
            const Candidate& candidate = candidates_[at];
            const float score = candidate.score / penalty(length, options);
            if (!candidate.end || !(score > out_of_question)) continue;
            // A new one takes the spare place behind the others and moves up.
            const auto spare = finished_.begin() + static_cast<std::ptrdiff_t>(ended_);
            const std::vector<TokenId>& tokens = beams_[candidate.beam].tokens;
            spare->ids.assign(tokens.begin() + static_cast<std::ptrdiff_t>(prompt_), tokens.end());
            spare->ids.push_back(candidate.token);
            spare->score = score;
            spare->stopped = *candidate.end;
            const auto place =
                std::upper_bound(finished_.begin(), spare, score,
                                 [](float value, const FinishedBeam& other) { return value > other.score; });
            std::rotate(place, spare, spare + 1);
            ended_ = std::min(ended_ + 1, count_);
        }
    }

    /// The best candidates that have not ended become the beams. Where there are too few of them, some that have ended
    /// continue as well, with a score at which they do no harm.
    void go_on() {
        order_.clear();
        for (std::size_t at = 0; at < candidates_.size(); ++at) order_.push_back(at);
        const auto score = [&](std::size_t at) {
            return candidates_[at].score + (candidates_[at].end ? out_of_question : 0.f);
        };
        std::sort(order_.begin(), order_.end(), [&](std::size_t left, std::size_t right) {
            return score(left) != score(right) ? score(left) > score(right) : left < right;
        });
        for (std::size_t at = 0; at < count_; ++at) {
            const Candidate& candidate = candidates_[order_[at]];
            next_[at].score = score(order_[at]);
            next_[at].parent = static_cast<int>(candidate.beam);
            next_[at].tokens = beams_[candidate.beam].tokens;
            next_[at].tokens.push_back(candidate.token);
        }
        std::swap(beams_, next_);
        running_ = count_;
    }

    bool may_improve(int length, const GenerationOptions& options) const {
        const bool full = ended_ == count_;
        if (full && options.early_stopping == EarlyStopping::yes) return false;
        if (std::all_of(candidates_.begin(), candidates_.end(), [](const Candidate& each) { return each.end; }))
            return false;
        const bool at_the_end = options.early_stopping == EarlyStopping::never && options.length_penalty > 0;
        const float best = beams_[0].score / penalty(at_the_end ? options.max_new_tokens : length, options);
        return best > (full ? finished_[count_ - 1].score : out_of_question);
    }

    std::size_t prompt_, count_, most_;  // tokens of the prompt, beams, candidates
    std::vector<Beam> beams_, next_;
    std::size_t running_ = 1;  // at first there is only the prompt
    std::vector<Candidate> candidates_;
    std::vector<std::size_t> order_;
    std::vector<FinishedBeam> finished_;  // the best first, and a spare one
    std::size_t ended_ = 0;               // so many of them have ended
    bool done_ = false;
};

}  // namespace genotype::inline v0_1::detail
