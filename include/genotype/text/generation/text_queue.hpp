// Several texts at a time go through a model.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "genotype/text/generation/generated_text.hpp"
#include "genotype/text/generation/token_batch.hpp"

namespace genotype::inline v0_1::detail {

/// Takes texts through a model: as many at a time as it has slots for, the next one when a text has ended.
template <class Text, class Run, class Rules, class OnText>
class TextQueue {
  public:
    TextQueue(Run& run, Rules& rules, std::vector<Text>& texts, OnText& on_text)
        : run_(run),
          rules_(rules),
          texts_(texts),
          on_text_(on_text),
          slots_(Text::slots_for(rules.options)),
          batch_(run.max_rows()) {
        for (int slot = run.slots() / slots_ * slots_; slot >= slots_; slot -= slots_) free_.push_back(slot - slots_);
        open_.reserve(free_.size());
        starting_.reserve(free_.size());
        called_.reserve(free_.size());
        slot_of_.reserve(texts.size());
        ran_.resize(texts.size());
    }

    /// The work on all texts; that on each is in its result.
    std::pair<TokenTime, TokenTime> run() {
        TokenTime prefill, decode;
        for (std::size_t next = 0; next < texts_.size() || !open_.empty();) {
            for (; next < texts_.size() && !free_.empty(); ++next) {
                texts_[next].open(free_.back());
                slot_of_.push_back(free_.back());
                free_.pop_back();
                starting_.push_back(next);
            }
            while (!starting_.empty()) start_some(prefill);
            for (std::size_t first = 0; first < open_.size();) first = go_on(first, decode);
            std::erase_if(open_, [&](std::size_t text) { return texts_[text].done(); });
        }
        return {prefill, decode};
    }

  private:
    /// A text's part of a call.
    struct Share {
        std::size_t text;
        long rows;
    };

    /// One call for the next pieces of prompts. A prompt is cut where its own length says, whatever else is in the
    /// call.
    void start_some(TokenTime& time) {
        begin_call();
        for (const std::size_t text : starting_) {
            const std::span<const TokenId> rest = texts_[text].prompt().subspan(ran_[text]);
            const std::size_t rows = std::min(rest.size(), static_cast<std::size_t>(run_.max_rows()));
            if (!batch_.has_room_for(static_cast<int>(rows))) continue;
            batch_.add(rest.first(rows), static_cast<int>(ran_[text]), slot_of_[text]);
            ran_[text] += rows;
            called_.push_back({text, static_cast<long>(rows)});
        }
        const float* logits = run_.forward(batch_.tokens(), batch_.sequences());
        for (std::size_t at = 0; at < called_.size(); ++at) {
            const std::size_t text = called_[at].text;
            if (ran_[text] < texts_[text].prompt().size()) continue;
            take(text, logits + static_cast<long>(at) * rules_.vocabulary);
            std::erase(starting_, text);
            if (!texts_[text].done()) open_.push_back(text);
        }
        end_call(time, &GeneratedText::prefill);
    }

    /// One call that lets open texts grow, from the one at place `first` on; returns the place that it got to.
    std::size_t go_on(std::size_t first, TokenTime& time) {
        begin_call();
        std::size_t next = first;
        for (; next < open_.size() && batch_.has_room_for(texts_[open_[next]].rows()); ++next) {
            texts_[open_[next]].add_rows(batch_);
            called_.push_back({open_[next], texts_[open_[next]].rows()});
        }
        const float* logits = run_.forward(batch_.tokens(), batch_.sequences());
        for (const Share& share : called_) {
            take(share.text, logits);
            logits += share.rows * rules_.vocabulary;
        }
        end_call(time, &GeneratedText::decode);
        return next;
    }

    void take(std::size_t text, const float* logits) {
        texts_[text].take(run_, logits, rules_, on_text_);
        if (texts_[text].done()) free_.push_back(slot_of_[text]);
    }

    void begin_call() {
        batch_.clear();
        called_.clear();
        begin_ = std::chrono::steady_clock::now();
    }
    void end_call(TokenTime& time, TokenTime GeneratedText::*of_text) {
        const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin_;
        time.tokens += batch_.rows();
        time.seconds += seconds.count();
        for (const Share& share : called_) {
            TokenTime& of = texts_[share.text].result().*of_text;
            of.tokens += share.rows;
            of.seconds += seconds.count();
        }
    }

    Run& run_;
    Rules& rules_;
    std::vector<Text>& texts_;
    OnText& on_text_;
    int slots_;  // of a text
    TokenBatch batch_;
    std::vector<int> free_, slot_of_;           // first slots: those that are free, and by text
    std::vector<std::size_t> starting_, open_;  // texts
    std::vector<std::size_t> ran_;              // by text: the tokens of its prompt that have run
    std::vector<Share> called_;
    std::chrono::steady_clock::time_point begin_;
};

}  // namespace genotype::inline v0_1::detail
