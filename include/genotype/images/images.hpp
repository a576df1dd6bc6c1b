// Images in memory as the files hold them: bytes, all of one size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "genotype/shape/error.hpp"

namespace genotype::inline v0_1 {

/// `count` images of one size, one byte a channel, in N x H x W x C order (grey: 1 channel, colour: 3, red first).
struct ImageData {
    int count = 0;
    int height = 0;
    int width = 0;
    int channels = 0;
    std::vector<std::uint8_t> bytes;
    /// The class of each image, or empty.
    std::vector<int> labels;
    /// The name of each class, or empty.
    std::vector<std::string> class_names;

    /// Bytes of one image.
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
inline std::string size_text(const ImageData& images) {
    return std::to_string(images.height) + " x " + std::to_string(images.width) + " x " +
           std::to_string(images.channels);
}

/// `count` black images.
inline ImageData blank_images(int count, int height, int width, int channels) {
    ImageData images{count, height, width, channels, {}, {}, {}};
    images.bytes.resize(static_cast<std::size_t>(count) * images.stride());
    return images;
}

/// `count` images from number `first` on, with their labels.
inline ImageData slice(const ImageData& images, int first, int count) {
    if (first < 0 || count < 0 || count > images.count - first)
        fail("images", "slice", detail::concat(first, " and ", count, " more"),
             detail::concat("a part of ", images.count));
    ImageData part{count, images.height, images.width, images.channels, {}, {}, images.class_names};
    const auto begin = images.bytes.begin() + static_cast<std::ptrdiff_t>(images.stride()) * first;
    part.bytes.assign(begin, begin + static_cast<std::ptrdiff_t>(images.stride()) * count);
    if (!images.labels.empty())
        part.labels.assign(images.labels.begin() + first, images.labels.begin() + first + count);
    return part;
}

/// The images of `first`, then those of `second`, which must have the same size: `grid(join(real, drawn),
/// real.count)` shows the two above one another. Labels stay only where both have them.
inline ImageData join(ImageData first, const ImageData& second) {
    if (first.height != second.height || first.width != second.width || first.channels != second.channels)
        fail("images", "size", size_text(second), size_text(first));
    first.bytes.insert(first.bytes.end(), second.bytes.begin(), second.bytes.end());
    if (first.labels.empty() || second.labels.empty())
        first.labels.clear();
    else
        first.labels.insert(first.labels.end(), second.labels.begin(), second.labels.end());
    first.count += second.count;
    return first;
}

}  // namespace genotype::inline v0_1
