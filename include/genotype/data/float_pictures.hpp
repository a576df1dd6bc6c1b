// Float samples back to pictures.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>

#include "genotype/data/pictures.hpp"
#include "genotype/data/range.hpp"
#include "genotype/shape/error.hpp"
#include "genotype/shape/shape.hpp"
#include "genotype/tensor/view.hpp"

namespace genotype {

namespace detail {
inline std::uint8_t to_byte(float value, Range range) {
    if (std::isnan(value)) fail("picture", "value", "not a number", "a number");
    const float unit = (value - range.low) / (range.high - range.low);
    return static_cast<std::uint8_t>(std::lround(std::clamp(unit, 0.0f, 1.0f) * 255.0f));
}
}  // namespace detail

/// Channels-last floats as pictures of the shape `Picture`, which must hold as many values as a sample:
/// `to_pictures<Shape<1, 28, 28>>(reconstructions, Range{0, 1})` for samples of `Shape<784>`.
/// Each value becomes the nearest byte: `range.low` and below 0, `range.high` and above 255. NaN is an `Error`.
template <ShapeType Picture, ShapeType S>
    requires(Picture::rank == 3 && Picture::count == S::count)
Pictures to_pictures(View<S> samples, Range range) {
    if (!(range.low < range.high))
        fail("picture", "range", std::to_string(range.low) + " to " + std::to_string(range.high), "low below high");
    constexpr Dims dims = Picture::dims;
    Pictures pictures =
        blank_pictures(static_cast<int>(samples.batch), dims.height(), dims.width(), dims.channels());
    for (std::size_t value = 0; value < pictures.bytes.size(); ++value)
        pictures.bytes[value] = detail::to_byte(samples.data[value], range);
    return pictures;
}

/// The same where the samples have a picture's shape already.
template <ShapeType S>
    requires(S::rank == 3)
Pictures to_pictures(View<S> samples, Range range) {
    return to_pictures<S, S>(samples, range);
}

}  // namespace genotype
