// Pictures in memory as the files hold them: bytes, all of one size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "genotype/shape/error.hpp"

namespace genotype {

/// `count` pictures of one size, one byte a channel, in N x H x W x C order (grey: 1 channel, colour: 3, red first).
struct Pictures {
    int count = 0;
    int height = 0;
    int width = 0;
    int channels = 0;
    std::vector<std::uint8_t> bytes;
    /// The class of each picture, or empty.
    std::vector<int> labels;
    /// The name of each class, or empty.
    std::vector<std::string> class_names;

    /// Bytes of one picture.
    std::size_t stride() const {
        return static_cast<std::size_t>(height) * static_cast<std::size_t>(width) * static_cast<std::size_t>(channels);
    }
    std::span<const std::uint8_t> operator[](int index) const {
        return {bytes.data() + static_cast<std::size_t>(index) * stride(), stride()};
    }
    std::span<std::uint8_t> operator[](int index) {
        return {bytes.data() + static_cast<std::size_t>(index) * stride(), stride()};
    }
};

/// "28 x 28 x 1", for messages.
inline std::string size_text(const Pictures& pictures) {
    return std::to_string(pictures.height) + " x " + std::to_string(pictures.width) + " x " +
           std::to_string(pictures.channels);
}

/// `count` black pictures.
inline Pictures blank_pictures(int count, int height, int width, int channels) {
    Pictures pictures{count, height, width, channels, {}, {}, {}};
    pictures.bytes.resize(static_cast<std::size_t>(count) * pictures.stride());
    return pictures;
}

/// `count` pictures from number `first` on, with their labels.
inline Pictures slice(const Pictures& pictures, int first, int count) {
    if (first < 0 || count < 0 || count > pictures.count - first)
        fail("pictures", "slice", detail::concat(first, " and ", count, " more"),
             detail::concat("a part of ", pictures.count));
    Pictures part{count, pictures.height, pictures.width, pictures.channels, {}, {}, pictures.class_names};
    const auto begin = pictures.bytes.begin() + static_cast<std::ptrdiff_t>(pictures.stride()) * first;
    part.bytes.assign(begin, begin + static_cast<std::ptrdiff_t>(pictures.stride()) * count);
    if (!pictures.labels.empty())
        part.labels.assign(pictures.labels.begin() + first, pictures.labels.begin() + first + count);
    return part;
}

/// The pictures of `first`, then those of `second`, which must have the same size: `grid(join(real, drawn),
/// real.count)` shows the two above one another. Labels stay only where both have them.
inline Pictures join(Pictures first, const Pictures& second) {
    if (first.height != second.height || first.width != second.width || first.channels != second.channels)
        fail("pictures", "size", size_text(second), size_text(first));
    first.bytes.insert(first.bytes.end(), second.bytes.begin(), second.bytes.end());
    if (first.labels.empty() || second.labels.empty())
        first.labels.clear();
    else
        first.labels.insert(first.labels.end(), second.labels.begin(), second.labels.end());
    first.count += second.count;
    return first;
}

}  // namespace genotype
