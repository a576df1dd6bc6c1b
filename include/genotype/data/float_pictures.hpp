// Float samples back to pictures.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
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

/// A `View`, `Tensor` or `LabelledBatch`: anything that says its shape and gives a view of itself.
template <class Samples>
concept SamplesOfShape =
    ShapeType<typename Samples::shape> && std::convertible_to<const Samples&, View<typename Samples::shape>>;

/// Channels-last floats as pictures of the shape `Picture`, which must hold as many values as a sample:
/// `to_pictures<Shape<1, 28, 28>>(reconstructions, Range{0, 1})` for samples of `Shape<784>`.
/// Each value becomes the nearest byte: `range.low` and below 0, `range.high` and above 255. NaN is an `Error`.
template <ShapeType Picture, SamplesOfShape Samples>
requires(Picture::rank == 3 && Picture::count == Samples::shape::count) Pictures
    to_pictures(const Samples& samples, Range range) {
    if (!(range.low < range.high))
        fail("picture", "range", detail::concat(std::to_string(range.low), " to ", std::to_string(range.high)),
             "low below high");
    constexpr Dims dims = Picture::dims;
    const View<typename Samples::shape> view = samples;
    Pictures pictures = blank_pictures(view.batch, dims.height(), dims.width(), dims.channels());
    for (std::size_t value = 0; value < pictures.bytes.size(); ++value)
        pictures.bytes[value] = detail::to_byte(view.data[value], range);
    return pictures;
}

/// The same where the samples have a picture's shape already.
template <SamplesOfShape Samples>
requires(Samples::shape::rank == 3) Pictures to_pictures(const Samples& samples, Range range) {
    return to_pictures<typename Samples::shape>(samples, range);
}

}  // namespace genotype
