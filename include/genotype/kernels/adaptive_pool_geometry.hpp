// The sizes of a pooling to a given size.
#pragma once

#include "genotype/kernels/pool_geometry.hpp"

namespace genotype::inline v0_1::kernels {

/// An image (height, width, channels) cut into out_height x out_width windows that together cover it and may overlap:
/// window i of n along a side of s is [floor(i s / n), ceil((i + 1) s / n)), PyTorch's.
struct AdaptivePoolGeometry {
    int channels, height, width, out_height, out_width;

    constexpr long in_count() const { return static_cast<long>(height) * width * channels; }
    constexpr long out_count() const { return static_cast<long>(out_height) * out_width * channels; }

    using Span = PoolGeometry::Span;
    constexpr Span rows(int out_row) const { return share(out_row, height, out_height); }
    constexpr Span columns(int out_column) const { return share(out_column, width, out_width); }

    // The windows that cover a place: the same rule, with the sizes exchanged.
    constexpr Span windows_of_row(int row) const { return share(row, out_height, height); }
    constexpr Span windows_of_column(int column) const { return share(column, out_width, width); }

  private:
    static constexpr Span share(long place, long size, long count) {
        return {static_cast<int>(place * size / count), static_cast<int>(((place + 1) * size + count - 1) / count)};
    }
};

/// Values of a window.
constexpr float window_size(PoolGeometry::Span rows, PoolGeometry::Span columns) {
    return static_cast<float>((rows.end - rows.begin) * (columns.end - columns.begin));
}

}  // namespace genotype::inline v0_1::kernels
