// A language model whose logits are a hash of the last tokens, and which holds its caller to the interface.
// golden/generate_generation.py has the same in Python.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "genotype/shape/error.hpp"
#include "genotype/text/generation/language_model_run.hpp"

struct FakeModelOptions {
    int vocabulary = 269;
    int context = 4096;
    int slots = 8;
    int max_rows = 512;
    std::uint32_t salt = 0;
    int memory = 1000;  // so many of the last tokens matter
    int shift = 8;      // bits of the hash that are dropped: with 27 there are 32 different logits
    std::vector<std::pair<int, float>> raised = {};  // tokens, and what is added to their logits
    bool rereads = false;  // whether tokens may come again; what is behind them stays, while they are the same
};

class FakeLanguageModel {
  public:
    using SequenceRows = genotype::kernels::SequenceRows;

    explicit FakeLanguageModel(FakeModelOptions options = {})
        : options_(std::move(options)),
          remembered_(static_cast<std::size_t>(options_.slots)),
          logits_(static_cast<std::size_t>(options_.max_rows) * static_cast<std::size_t>(options_.vocabulary)) {
        for (std::vector<int>& text : remembered_) text.reserve(static_cast<std::size_t>(options_.context));
        log.reserve(4096);
    }

    int vocabulary() const { return options_.vocabulary; }
    int context() const { return options_.context; }
    int slots() const { return options_.slots; }
    int max_rows() const { return options_.max_rows; }

    const float* forward(std::span<const int> tokens, std::span<const SequenceRows> sequences) {
        ++calls;
        expect(!sequences.empty() && static_cast<int>(tokens.size()) <= options_.max_rows, "rows in a call");
        called_.assign(remembered_.size(), false);
        int row = 0;
        for (std::size_t at = 0; at < sequences.size(); ++at) {
            const SequenceRows& each = sequences[at];
            log.push_back(each);
            expect(each.row == row && each.count > 0, "rows one behind another");
            expect(each.slot >= 0 && each.slot < options_.slots && !called_[static_cast<std::size_t>(each.slot)],
                   "each slot once");
            called_[static_cast<std::size_t>(each.slot)] = true;
            std::vector<int>& text = remembered_[static_cast<std::size_t>(each.slot)];
            if (each.position == 0 && !options_.rereads) text.clear();
            const int remembered = static_cast<int>(text.size());
            expect(options_.rereads ? each.position <= remembered : each.position == remembered,
                   "the position behind what the slot remembers");
            expect(each.position + each.count <= options_.context, "positions within the context");
            for (int position = each.position; row < each.row + each.count; ++row, ++position) {
                const int token = tokens[static_cast<std::size_t>(row)];
                const auto place = static_cast<std::size_t>(position);
                if (place < text.size() && text[place] != token) text.resize(place);
                if (place == text.size()) text.push_back(token);
            }
            evaluate(std::span(text).first(static_cast<std::size_t>(each.position + each.count)),
                     logits_.data() + at * static_cast<std::size_t>(options_.vocabulary));
        }
        expect(row == static_cast<int>(tokens.size()), "a text for each row");
        return logits_.data();
    }

    void copy_slot(int from, int to, int positions) {
        ++copies;
        std::vector<int>& text = remembered_.at(static_cast<std::size_t>(to));
        text = remembered_.at(static_cast<std::size_t>(from));
        expect(from != to && positions <= static_cast<int>(text.size()), "a copy of what is remembered");
        text.resize(static_cast<std::size_t>(positions));
    }

    /// The logits of the token behind these.
    void evaluate(std::span<const int> text, float* logits) const {
        std::uint32_t state = 2166136261u ^ options_.salt;
        for (const int token : text.last(std::min(text.size(), static_cast<std::size_t>(options_.memory))))
            state = (state ^ static_cast<std::uint32_t>(token)) * 16777619u;
        const float step = static_cast<float>(1u << (options_.shift - 8)) * 0x1p-20f;
        for (int token = 0; token < options_.vocabulary; ++token) {
            std::uint32_t x = state + static_cast<std::uint32_t>(token) * 0x9e3779b9u;
            x = (x ^ x >> 16) * 0x7feb352du;
            x = (x ^ x >> 15) * 0x846ca68bu;
            x ^= x >> 16;
            logits[token] = static_cast<float>(static_cast<std::int32_t>(x >> options_.shift)) * step - 8.f;
        }
        for (const auto& [token, more] : options_.raised) logits[token] += more;
    }
    std::vector<float> logits(std::span<const int> text) const {
        std::vector<float> result(static_cast<std::size_t>(options_.vocabulary));
        evaluate(text, result.data());
        return result;
    }

    long calls = 0, copies = 0;
    std::vector<SequenceRows> log = {};  // all that was asked for

  private:
    static void expect(bool holds, const char* what) {
        if (!holds) genotype::fail("fake model", "call", "something else", what);
    }
    FakeModelOptions options_;
    std::vector<std::vector<int>> remembered_;  // by slot
    std::vector<bool> called_;
    std::vector<float> logits_;
};

static_assert(genotype::LanguageModelRun<FakeLanguageModel>);
