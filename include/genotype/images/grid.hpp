// Many images side by side in one.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

#include "genotype/images/float_images.hpp"
#include "genotype/images/images.hpp"
#include "genotype/shape/error.hpp"

namespace genotype::inline v0_1 {

/// One image of all, row by row, `columns` in a row, `padding` black pixels between and around them.
/// A single image comes back without padding. PyTorch equivalent: `torchvision.utils.make_grid(nrow=columns)`.
inline ImageData grid(const ImageData& images, int columns = 8, int padding = 2) {
    if (images.count < 1) fail("grid", "number of images", images.count, "at least 1");
    if (columns < 1) fail("grid", "columns", columns, "at least 1");
    if (padding < 0) fail("grid", "padding", padding, "0 or more");
    if (images.count == 1) padding = 0;
    const int across = std::min(columns, images.count);
    const int rows = (images.count + across - 1) / across;
    const long height = static_cast<long>(rows) * (images.height + padding) + padding;
    const long width = static_cast<long>(across) * (images.width + padding) + padding;
    constexpr long most = std::numeric_limits<int>::max();
    if (height > most || width > most || height * width > most / std::max(images.channels, 1))
        fail("grid", "size", detail::concat(height, " x ", width), "less than 2^31 bytes");
    ImageData whole = blank_images(1, static_cast<int>(height), static_cast<int>(width), images.channels);
    const auto row_bytes = static_cast<std::size_t>(images.width) * static_cast<std::size_t>(images.channels);
    for (int image = 0; image < images.count; ++image) {
        const long top = static_cast<long>(image / across) * (images.height + padding) + padding;
        const long left = static_cast<long>(image % across) * (images.width + padding) + padding;
        for (int row = 0; row < images.height; ++row) {
            const auto from = images[image].subspan(static_cast<std::size_t>(row) * row_bytes, row_bytes);
            const long to = ((top + row) * width + left) * images.channels;
            std::copy(from.begin(), from.end(), whole.bytes.begin() + to);
        }
    }
    return whole;
}

/// The same of float samples, `range` becoming black to white.
template <SamplesOfShape Samples>
requires(Samples::shape::rank == 3) ImageData
    grid(const Samples& samples, Range range, int columns = 8, int padding = 2) {
    return grid(to_images(samples, range), columns, padding);
}

}  // namespace genotype::inline v0_1
