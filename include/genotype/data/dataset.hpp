// Pictures as samples of a shape: bytes inside, floats outside.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "genotype/data/pictures.hpp"
#include "genotype/data/range.hpp"
#include "genotype/shape/error.hpp"
#include "genotype/shape/shape.hpp"

namespace genotype {
namespace detail {

[[gnu::cold]] inline std::string dims_text(const Dims& dims) {
    std::string text = "Shape<";
    for (int axis = 0; axis < dims.rank; ++axis) text += (axis > 0 ? ", " : "") + std::to_string(dims[axis]);
    return text + ">";
}

/// How often each byte is given out (3 where grey becomes colour), or 0 where the pictures do not fit the shape.
[[gnu::cold]] inline int repeats_to_fit(const Pictures& pictures, const Dims& dims) {
    const bool one_channel = pictures.channels == 1;
    if (dims.rank == 1) {
        // With several channels PyTorch's flatten runs channel by channel, which these bytes do not.
        const bool same_order = one_channel || (pictures.height == 1 && pictures.width == 1);
        return same_order && pictures.stride() == static_cast<std::size_t>(dims.first) ? 1 : 0;
    }
    if (dims.rank != 3 || pictures.height != dims.height() || pictures.width != dims.width()) return 0;
    if (pictures.channels == dims.channels()) return 1;
    return one_channel && dims.channels() == 3 ? 3 : 0;
}

}  // namespace detail

/// Pictures given out as float samples of shape `S`, channels-last. They are kept as the bytes they were read as.
/// - `Dataset<Shape<3, 32, 32>>` takes 32 x 32 pictures in colour, or grey ones, whose channel it repeats.
/// - `Dataset<Shape<784>>` takes 28 x 28 grey pictures as vectors.
/// Pictures of another size are an `Error`: use `resize` first. PyTorch equivalent: a Dataset with ToTensor, Normalize.
template <ShapeType S>
class Dataset {
  public:
    /// Keeps the pictures; bytes 0 to 255 become `range.low` to `range.high`. Throws `Error` where they do not fit `S`.
    explicit Dataset(Pictures pictures, Range range = {})
        : pictures_(std::move(pictures)), repeats_(detail::repeats_to_fit(pictures_, S::dims)), range_(range) {
        if (repeats_ == 0)
            fail("dataset", "size of the pictures (height x width x channels)", size_text(pictures_),
                 detail::concat("one that fits ", detail::dims_text(S::dims)));
        if (pictures_.count < 1) fail("dataset", "number of pictures", pictures_.count, "at least 1");
        const std::size_t bytes = static_cast<std::size_t>(pictures_.count) * pictures_.stride();
        if (pictures_.bytes.size() != bytes)
            fail("dataset", "pixels", detail::concat(pictures_.bytes.size(), " bytes"),
                 detail::concat(bytes, " bytes"));
        if (!pictures_.labels.empty() && pictures_.labels.size() != static_cast<std::size_t>(pictures_.count))
            fail("dataset", "number of labels", pictures_.labels.size(), detail::concat(pictures_.count, " or none"));
        for (int byte = 0; byte < 256; ++byte) {
            const double unit = static_cast<double>(static_cast<float>(byte) / 255.0f);  // as ToTensor rounds it
            const double low = range.low, high = range.high;
            values_[static_cast<std::size_t>(byte)] = static_cast<float>(low + (high - low) * unit);
        }
    }

    int size() const { return pictures_.count; }
    Range range() const { return range_; }
    /// The bytes, labels and class names as they are kept.
    const Pictures& pictures() const { return pictures_; }
    /// The class of each sample, or empty.
    std::span<const int> labels() const { return pictures_.labels; }
    std::span<const std::string> class_names() const { return pictures_.class_names; }

    /// Writes the samples with these indices one after another: `indices.size() * S::count` floats. Allocates nothing.
    /// By the threads that run the training's step too: one of its own beside them would take a processor from them.
    void read(std::span<const int> indices, float* to) const {
        const auto count = static_cast<long>(indices.size());
#pragma omp parallel for schedule(static) if (count * S::count >= 32768)
        for (long sample = 0; sample < count; ++sample)
            read_one(indices[static_cast<std::size_t>(sample)], to + sample * S::count);
    }

  private:
    void read_one(int index, float* to) const {
        if (repeats_ == 1) {
            for (const std::uint8_t byte : pictures_[index]) *to++ = values_[byte];
        } else {
            for (const std::uint8_t byte : pictures_[index]) {
                to[0] = to[1] = to[2] = values_[byte];
                to += 3;
            }
        }
    }

    Pictures pictures_;
    int repeats_;
    Range range_;
    std::array<float, 256> values_;
};

}  // namespace genotype
