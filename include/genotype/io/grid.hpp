// Many pictures side by side in one.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

#include "genotype/data/float_pictures.hpp"
#include "genotype/data/pictures.hpp"
#include "genotype/shape/error.hpp"

namespace genotype {

/// One picture of all, row by row, `columns` in a row, `padding` black pixels between and around them.
/// A single picture comes back without padding. PyTorch equivalent: `torchvision.utils.make_grid(nrow=columns)`.
inline Pictures grid(const Pictures& pictures, int columns = 8, int padding = 2) {
    if (pictures.count < 1) fail("grid", "number of pictures", pictures.count, "at least 1");
    if (columns < 1) fail("grid", "columns", columns, "at least 1");
    if (padding < 0) fail("grid", "padding", padding, "0 or more");
    if (pictures.count == 1) padding = 0;
    const int across = std::min(columns, pictures.count);
    const int rows = (pictures.count + across - 1) / across;
    const long height = static_cast<long>(rows) * (pictures.height + padding) + padding;
    const long width = static_cast<long>(across) * (pictures.width + padding) + padding;
    constexpr long most = std::numeric_limits<int>::max();
    if (height > most || width > most || height * width > most / std::max(pictures.channels, 1))
        fail("grid", "size", detail::concat(height, " x ", width), "less than 2^31 bytes");
    Pictures whole = blank_pictures(1, static_cast<int>(height), static_cast<int>(width), pictures.channels);
    const auto row_bytes = static_cast<std::size_t>(pictures.width) * static_cast<std::size_t>(pictures.channels);
    for (int picture = 0; picture < pictures.count; ++picture) {
        const long top = static_cast<long>(picture / across) * (pictures.height + padding) + padding;
        const long left = static_cast<long>(picture % across) * (pictures.width + padding) + padding;
        for (int row = 0; row < pictures.height; ++row) {
            const auto from = pictures[picture].subspan(static_cast<std::size_t>(row) * row_bytes, row_bytes);
            const long to = ((top + row) * width + left) * pictures.channels;
            std::copy(from.begin(), from.end(), whole.bytes.begin() + to);
        }
    }
    return whole;
}

/// The same of float samples, `range` becoming black to white.
template <SamplesOfShape Samples>
requires(Samples::shape::rank == 3) Pictures
    grid(const Samples& samples, Range range, int columns = 8, int padding = 2) {
    return grid(to_pictures(samples, range), columns, padding);
}

}  // namespace genotype
