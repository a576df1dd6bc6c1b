// What an image is continued with beyond its edges, other than zeros.
#pragma once

#include "genotype/shape/size2.hpp"

namespace genotype::inline v0_1::kernels {

enum class Border { zeros, reflect, replicate, circular };

/// One side of an image with a border: `size` pixels between two times `padding`.
struct BorderSide {
    Border border;
    int size, padding;

    constexpr int padded() const { return size + 2 * padding; }

    /// The pixel that stands at `place` of the side with its border.
    constexpr int source(int place) const {
        const int at = place - padding;
        if (at >= 0 && at < size) return at;
        switch (border) {
            case Border::reflect:
                return at < 0 ? -at : 2 * (size - 1) - at;
            case Border::circular:
                return at < 0 ? at + size : at - size;
            default:
                return at < 0 ? 0 : size - 1;
        }
    }

    /// The places at which a pixel can stand are its own and those of the border: number 0 to 2 * padding, in order of
    /// the places.
    constexpr int candidate(int number, int pixel) const {
        return number < padding ? number : number == padding ? padding + pixel : size + number - 1;
    }
};

/// An image (height, width, channels) that gets a border.
struct BorderGeometry {
    Border border;
    int channels;
    Size2 size, padding;

    constexpr BorderSide rows() const { return {border, size.height, padding.height}; }
    constexpr BorderSide columns() const { return {border, size.width, padding.width}; }
    constexpr long floats() const { return static_cast<long>(size.height) * size.width * channels; }
    constexpr long padded_floats() const { return static_cast<long>(rows().padded()) * columns().padded() * channels; }
};

}  // namespace genotype::inline v0_1::kernels
