// What an augmentation does to an image: where each pixel comes from, and where it goes.
#pragma once

namespace genotype::inline v0_1::kernels {

/// How one image is moved, and which square of it becomes 0.
struct AugmentedImage {
    int down, right;            // of the window that is looked at
    int hole_row, hole_column;  // the first of the square's, which may lie outside
    float brighter;             // added to each value before
};

/// An image (height, width, channels) seen through a window of its size that is moved by up to `most_down` and
/// `most_right` pixels, with 0 outside of it and in a square hole.
struct Augmentation {
    int height, width, channels, most_down, most_right, hole_height, hole_width;
    float brightness;  // the width of the interval, around 0, of what is added

    static constexpr int draws = 5;  // of an image, uniform in [0, 1]

    constexpr Augmentation(int rows, int columns, int depth, float translation, float cutout, float brightness_)
        : height(rows),
          width(columns),
          channels(depth),
          most_down(share(rows, translation)),
          most_right(share(columns, translation)),
          hole_height(share(rows, cutout)),
          hole_width(share(columns, cutout)),
          brightness(brightness_) {}

    constexpr long count() const { return static_cast<long>(height) * width * channels; }

    constexpr AugmentedImage image(const float* draw) const {
        return {whole(draw[0], 2 * most_down + 1) - most_down, whole(draw[1], 2 * most_right + 1) - most_right,
                whole(draw[2], height + 1 - hole_height % 2) - hole_height / 2,
                whole(draw[3], width + 1 - hole_width % 2) - hole_width / 2, brightness * (draw[4] - 0.5f)};
    }
    constexpr bool is_in_hole(const AugmentedImage& image, int row, int column) const {
        return row >= image.hole_row && row < image.hole_row + hole_height && column >= image.hole_column &&
               column < image.hole_column + hole_width;
    }
    /// The pixel that is seen at (row, column); below 0 where there is 0.
    constexpr long source(const AugmentedImage& image, int row, int column) const {
        if (is_in_hole(image, row, column)) return -1;
        return place(row + image.down, column + image.right);
    }
    /// The place at which pixel (row, column) is seen; below 0 where it is not.
    constexpr long target(const AugmentedImage& image, int row, int column) const {
        const int seen_row = row - image.down, seen_column = column - image.right;
        if (is_in_hole(image, seen_row, seen_column)) return -1;
        return place(seen_row, seen_column);
    }

  private:
    static constexpr int share(int size, float of) { return static_cast<int>(static_cast<float>(size) * of + 0.5f); }
    /// 0 to count - 1.
    static constexpr int whole(float draw, int count) {
        const int number = static_cast<int>(draw * static_cast<float>(count));
        return number < count ? number : count - 1;
    }
    constexpr long place(int row, int column) const {
        const bool is_inside = row >= 0 && row < height && column >= 0 && column < width;
        return is_inside ? (static_cast<long>(row) * width + column) * channels : -1;
    }
};

}  // namespace genotype::inline v0_1::kernels
