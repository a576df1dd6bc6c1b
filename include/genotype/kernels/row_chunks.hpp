// How the rows of a (rows, channels) matrix are cut for threads and for partial sums: by the shape alone.
#pragma once

#include <algorithm>

namespace genotype::inline v0_1::kernels {

/// At most 64 chunks of equal size (the last may be shorter), none below 64 rows. Partial results of chunks are
/// combined in the order of the chunks, so that nothing depends on the number of threads.
struct RowChunks {
    static constexpr int most = 64;

    long rows;

    /// Rows in a chunk, a multiple of 8.
    constexpr long size() const { return std::max(64L, (rows + most * 8 - 1) / (most * 8) * 8); }
    constexpr int count() const { return static_cast<int>((rows + size() - 1) / size()); }
    constexpr long begin(int chunk) const { return chunk * size(); }
    constexpr long length(int chunk) const { return std::min(size(), rows - begin(chunk)); }
};

}  // namespace genotype::inline v0_1::kernels
