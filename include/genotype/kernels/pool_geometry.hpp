// The sizes of a pooling.
#pragma once

namespace genotype::inline v0_1::kernels {

/// A square window over an image (height, width, channels), `padding` of it at most outside.
struct PoolGeometry {
    int channels, kernel, stride, padding;
    int height, width, out_height, out_width;

    constexpr long in_count() const { return static_cast<long>(height) * width * channels; }
    constexpr long out_count() const { return static_cast<long>(out_height) * out_width * channels; }

    /// The part of a window that lies inside, along one side.
    struct Span {
        int begin, end;
    };
    constexpr Span rows(int out_row) const { return inside(out_row, height); }
    constexpr Span columns(int out_column) const { return inside(out_column, width); }

  private:
    constexpr Span inside(int place, int size) const {
        const int begin = place * stride - padding, end = begin + kernel;
        return {begin < 0 ? 0 : begin, end > size ? size : end};
    }
};

}  // namespace genotype::inline v0_1::kernels
