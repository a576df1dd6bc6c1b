// A text that beam search finds, and the slots of a model that its beams live in.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "genotype/text/generation/beam_search.hpp"
#include "genotype/text/generation/generated_text.hpp"
#include "genotype/text/generation/token_batch.hpp"
#include "genotype/text/tokenizer/text_pieces.hpp"

namespace genotype::inline v0_1::detail {

class BeamText {
  public:
    static int slots_for(const GenerationOptions& options) { return options.num_beams; }

    BeamText(const GenerationOptions& options, std::span<const TokenId> prompt, int index)
        : index_(index), prompt_(prompt.size()), search_(options, prompt) {
        const auto beams = static_cast<std::size_t>(options.num_beams);
        slots_.resize(beams);
        next_slots_.resize(beams);
        free_slots_.reserve(beams);
        stays_.resize(beams);
    }

    std::span<const TokenId> prompt() const { return std::span(search_.beams()[0].tokens).first(prompt_); }
    void open(int slot) {
        for (int& each : slots_) each = slot++;
    }
    bool done() const { return search_.done(); }
    int rows() const { return static_cast<int>(search_.beams().size()); }
    void add_rows(TokenBatch& batch) const {
        for (std::size_t at = 0; at < search_.beams().size(); ++at) {
            const std::vector<TokenId>& tokens = search_.beams()[at].tokens;
            batch.add(std::span(tokens).last(1), static_cast<int>(tokens.size()) - 1, slots_[at]);
        }
    }

    /// Continues by one token: `logits` (rows, vocabulary) are those of the beams' last ones. Calls on_text(index,
    /// text) when the text is found.
    template <class Run, class Rules, class OnText>
    void take(Run& run, const float* logits, Rules& rules, OnText& on_text) {
        search_.step(logits, rules);
        if (!done()) return move_slots(run);
        const FinishedBeam& best = search_.best();
        result_.ids = best.ids;
        result_.stopped = best.stopped;
        result_.score = best.score;
        result_.text.reserve(8 * best.ids.size());
        Utf8Stream stream;
        for (const TokenId token : best.ids)
            if (rules.is_shown(token)) stream.push(rules.tokenizer.token_bytes(token), result_.text);
        result_.text += stream.finish();
        if (!result_.text.empty()) static_cast<void>(on_text(index_, std::string_view(result_.text)));
    }

    GeneratedText& result() { return result_; }

  private:
    /// The first beam that continues another keeps its slot; the others get copies in the free slots.
    template <class Run>
    void move_slots(Run& run) {
        const std::span<const Beam> beams = search_.beams();
        std::fill(stays_.begin(), stays_.end(), -1);  // by parent: the beam that keeps its slot
        for (std::size_t at = 0; at < beams.size(); ++at) {
            const auto parent = static_cast<std::size_t>(beams[at].parent);
            if (stays_[parent] < 0) stays_[parent] = static_cast<int>(at);
        }
        free_slots_.clear();
        for (std::size_t parent = 0; parent < slots_.size(); ++parent)
            if (stays_[parent] < 0) free_slots_.push_back(slots_[parent]);
        for (std::size_t at = 0; at < beams.size(); ++at) {
            const auto parent = static_cast<std::size_t>(beams[at].parent);
            next_slots_[at] = slots_[parent];
            if (stays_[parent] == static_cast<int>(at)) continue;
            next_slots_[at] = free_slots_.back();
            free_slots_.pop_back();
            run.copy_slot(slots_[parent], next_slots_[at], static_cast<int>(beams[at].tokens.size()) - 1);
        }
        std::swap(slots_, next_slots_);
    }

    int index_;
    std::size_t prompt_;
    BeamSearch search_;
    std::vector<int> slots_, next_slots_, free_slots_, stays_;
    GeneratedText result_;
};

}  // namespace genotype::inline v0_1::detail
