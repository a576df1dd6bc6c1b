// Which rows of a batch are of which sample, where norms of single samples' gradients are taken.
#pragma once

#include <span>

#include "genotype/kernels/sequences.hpp"

namespace genotype::inline v0_1 {

/// The samples of a batch: a row each or, of texts, the rows of a text each.
class SampleRows {
  public:
    /// Each of so many rows is a sample.
    constexpr explicit SampleRows(int rows) : count_(rows) {}
    /// Each text is a sample, of one row or more; the host reads the list.
    constexpr explicit SampleRows(std::span<const kernels::SequenceRows> texts)
        : texts_(texts.data()), count_(static_cast<int>(texts.size())) {}

    constexpr int count() const { return count_; }
    constexpr bool are_single() const { return !texts_; }
    constexpr int first(int sample) const { return texts_ ? texts_[sample].row : sample; }
    constexpr int rows(int sample) const { return texts_ ? texts_[sample].count : 1; }

  private:
    const kernels::SequenceRows* texts_ = nullptr;
    int count_;
};

}  // namespace genotype::inline v0_1
