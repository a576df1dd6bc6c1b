// The tokens of one call of a model.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "genotype/kernels/sequences.hpp"
#include "genotype/text/tokenizer/merges.hpp"

namespace genotype::inline v0_1::detail {

class TokenBatch {
  public:
    explicit TokenBatch(int rows) : most_(rows) {
        tokens_.reserve(static_cast<std::size_t>(rows));
        sequences_.reserve(static_cast<std::size_t>(rows));  // a text has one row at least
    }

    void clear() {
        tokens_.clear();
        sequences_.clear();
    }
    bool has_room_for(int rows) const { return this->rows() + rows <= most_; }
    void add(std::span<const TokenId> tokens, int position, int slot) {
        sequences_.push_back(
            {.row = rows(), .count = static_cast<int>(tokens.size()), .position = position, .slot = slot});
        tokens_.insert(tokens_.end(), tokens.begin(), tokens.end());
    }

    int rows() const { return static_cast<int>(tokens_.size()); }
    std::span<const TokenId> tokens() const { return tokens_; }
    std::span<const kernels::SequenceRows> sequences() const { return sequences_; }

  private:
    int most_;
    std::vector<TokenId> tokens_;
    std::vector<kernels::SequenceRows> sequences_;
};

}  // namespace genotype::inline v0_1::detail
