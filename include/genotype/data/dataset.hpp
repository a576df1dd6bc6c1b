// Images as samples of a shape: bytes inside, floats outside.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "genotype/images/images.hpp"
#include "genotype/images/range.hpp"
#include "genotype/shape/error.hpp"
#include "genotype/shape/shape.hpp"

namespace genotype::inline v0_1 {
namespace detail {

[[gnu::cold]] inline std::string dims_text(const Dims& dims) {
    std::string text = "Shape<";
    for (int axis = 0; axis < dims.rank; ++axis) text += (axis > 0 ? ", " : "") + std::to_string(dims[axis]);
    return text + ">";
}

/// How often each byte is given out (3 where grey becomes colour), or 0 where the images do not fit the shape.
[[gnu::cold]] inline int repeats_to_fit(const ImageData& images, const Dims& dims) {
    const bool one_channel = images.channels == 1;
    if (dims.rank == 1) {
        // With several channels PyTorch's flatten runs channel by channel, which these bytes do not.
        const bool same_order = one_channel || (images.height == 1 && images.width == 1);
        return same_order && images.stride() == static_cast<std::size_t>(dims.first) ? 1 : 0;
    }
    if (dims.rank != 3 || images.height != dims.height() || images.width != dims.width()) return 0;
    if (images.channels == dims.channels()) return 1;
    return one_channel && dims.channels() == 3 ? 3 : 0;
}

}  // namespace detail

/// Images given out as float samples of shape `S`, channels-last. They are kept as the bytes they were read as.
/// - `Dataset<Shape<3, 32, 32>>` takes 32 x 32 images in colour, or grey ones, whose channel it repeats.
/// - `Dataset<Shape<784>>` takes 28 x 28 grey images as vectors.
/// Images of another size are an `Error`: use `resize` first. PyTorch equivalent: a Dataset with ToTensor, Normalize.
template <ShapeType S>
class Dataset {
  public:
    /// Keeps the images; bytes 0 to 255 become `range.low` to `range.high`. Throws `Error` where they do not fit `S`.
    explicit Dataset(ImageData images, Range range = {})
        : images_(std::move(images)), repeats_(detail::repeats_to_fit(images_, S::dims)), range_(range) {
        if (repeats_ == 0)
            fail("dataset", "size of the images (height x width x channels)", size_text(images_),
                 detail::concat("one that fits ", detail::dims_text(S::dims)));
        if (images_.count < 1) fail("dataset", "number of images", images_.count, "at least 1");
        const std::size_t bytes = static_cast<std::size_t>(images_.count) * images_.stride();
        if (images_.bytes.size() != bytes)
            fail("dataset", "pixels", detail::concat(images_.bytes.size(), " bytes"), detail::concat(bytes, " bytes"));
        if (!images_.labels.empty() && images_.labels.size() != static_cast<std::size_t>(images_.count))
            fail("dataset", "number of labels", images_.labels.size(), detail::concat(images_.count, " or none"));
        for (int byte = 0; byte < 256; ++byte) {
            const double unit = static_cast<double>(static_cast<float>(byte) / 255.0f);  // as ToTensor rounds it
            const double low = range.low, high = range.high;
            values_[static_cast<std::size_t>(byte)] = static_cast<float>(low + (high - low) * unit);
        }
    }

    int size() const { return images_.count; }
    Range range() const { return range_; }
    /// The bytes, labels and class names as they are kept.
    const ImageData& images() const { return images_; }
    [[deprecated("take images")]] const ImageData& pictures() const { return images_; }
    /// The class of each sample, or empty.
    std::span<const int> labels() const { return images_.labels; }
    std::span<const std::string> class_names() const { return images_.class_names; }

    /// Writes the samples with these indices one after another: `indices.size() * S::count` floats. Allocates nothing.
    /// By the threads that run the training's step too: one of its own beside them would take a processor from them.
    void read(std::span<const int> indices, float* to) const {
        const auto count = static_cast<long>(indices.size());
#pragma omp parallel for schedule(static) if (count * S::count >= 32768)
        for (long sample = 0; sample < count; ++sample)
            to_values(images_[indices[static_cast<std::size_t>(sample)]], to + sample * S::count);
    }

    /// Writes the sample that an image of these bytes is: `S::count` floats. Allocates nothing.
    void to_values(std::span<const std::uint8_t> image, float* to) const {
        if (repeats_ == 1) {
            for (const std::uint8_t byte : image) *to++ = values_[byte];
        } else {
            for (const std::uint8_t byte : image) {
                to[0] = to[1] = to[2] = values_[byte];
                to += 3;
            }
        }
    }

  private:
    ImageData images_;
    int repeats_;
    Range range_;
    std::array<float, 256> values_;
};

}  // namespace genotype::inline v0_1
