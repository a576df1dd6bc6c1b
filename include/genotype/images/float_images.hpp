// Float samples back to images.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>

#include "genotype/images/images.hpp"
#include "genotype/images/range.hpp"
#include "genotype/memory/view.hpp"
#include "genotype/shape/error.hpp"
#include "genotype/shape/shape.hpp"

namespace genotype::inline v0_1 {

namespace detail {
inline std::uint8_t to_byte(float value, Range range) {
    if (std::isnan(value)) fail("image", "value", "not a number", "a number");
    const float unit = (value - range.low) / (range.high - range.low);
    return static_cast<std::uint8_t>(std::lround(std::clamp(unit, 0.0f, 1.0f) * 255.0f));
}
}  // namespace detail

/// A `View`, `Tensor` or `LabelledBatch`: anything that says its shape and gives a view of itself.
template <class Samples>
concept SamplesOfShape =
    ShapeType<typename Samples::shape> && std::convertible_to<const Samples&, View<typename Samples::shape>>;

/// Channels-last floats as images of the shape `Image`, which must hold as many values as a sample:
/// `to_images<Shape<1, 28, 28>>(reconstructions, Range{0, 1})` for samples of `Shape<784>`.
/// Each value becomes the nearest byte: `range.low` and below 0, `range.high` and above 255. NaN is an `Error`.
template <ShapeType Image, SamplesOfShape Samples>
requires(Image::rank == 3 && Image::count == Samples::shape::count) ImageData
    to_images(const Samples& samples, Range range) {
    if (!(range.low < range.high))
        fail("image", "range", detail::concat(std::to_string(range.low), " to ", std::to_string(range.high)),
             "low below high");
    constexpr Dims dims = Image::dims;
    const View<typename Samples::shape> view = samples;
    ImageData images = blank_images(view.batch, dims.height(), dims.width(), dims.channels());
    for (std::size_t value = 0; value < images.bytes.size(); ++value)
        images.bytes[value] = detail::to_byte(view.data[value], range);
    return images;
}

/// The same where the samples have an image's shape already.
template <SamplesOfShape Samples>
requires(Samples::shape::rank == 3) ImageData to_images(const Samples& samples, Range range) {
    return to_images<typename Samples::shape>(samples, range);
}

}  // namespace genotype::inline v0_1
