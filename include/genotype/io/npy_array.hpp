// Arrays as numpy's files hold them: what can be saved, and how one is read from any source of bytes.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "genotype/files/file_kind.hpp"
#include "genotype/images/float_images.hpp"
#include "genotype/images/images.hpp"
#include "genotype/io/npy_header.hpp"
#include "genotype/io/npy_values.hpp"
#include "genotype/memory/tensor.hpp"
#include "genotype/memory/view.hpp"
#include "genotype/shape/error.hpp"
#include "genotype/shape/shape.hpp"

namespace genotype::inline v0_1 {

/// Floats in C order with their sizes.
struct FloatArray {
    std::vector<std::size_t> sizes;
    std::vector<float> values;
};

namespace detail {

static_assert(std::endian::native == std::endian::little, "numpy's types are written and read as little-endian");

template <class Value>
inline constexpr std::string_view npy_type = "";
template <>
inline constexpr std::string_view npy_type<float> = "<f4";
template <>
inline constexpr std::string_view npy_type<std::uint8_t> = "|u1";
template <>
inline constexpr std::string_view npy_type<std::int32_t> = "<i4";

/// The sizes of a batch in memory's order: N x H x W x C for images, N x D x H x W x C for videos, N x features for
/// vectors.
template <ShapeType S>
std::vector<std::size_t> npy_sizes(std::size_t batch) {
    std::vector<std::size_t> sizes{batch};
    for (int axis = 0; axis < S::rank; ++axis)
        sizes.push_back(static_cast<std::size_t>(S::dims[S::rank >= 3 ? (axis + 1) % S::rank : axis]));
    return sizes;
}

inline std::string npy_shape_text(std::span<const std::size_t> sizes) {
    std::string text;
    for (const std::size_t size : sizes) text += (text.empty() ? "" : " x ") + std::to_string(size);
    return text.empty() ? "one value" : text;
}

inline constexpr std::string_view npy_channels_first_hint = " (channels are first here: array.transpose(0, 2, 3, 1))";
inline constexpr std::string_view npy_video_channels_first_hint =
    " (channels are first here: array.transpose(0, 2, 3, 4, 1))";

}  // namespace detail

/// An array to save, in memory of somebody else that must live as long: `save_npy` and `save_npz` take it, so they take
/// everything that it is made from.
class NpyArray {
  public:
    /// Floats in C order. Their number must be the product of the sizes, or saving is an `Error`.
    NpyArray(std::span<const float> values, std::vector<std::size_t> sizes)
        : type_(detail::npy_type<float>),
          sizes_(std::move(sizes)),
          value_bytes_(sizeof(float)),
          bytes_(reinterpret_cast<const char*>(values.data()), values.size_bytes()) {}
    NpyArray(const FloatArray& array) : NpyArray(array.values, array.sizes) {}

    /// Float samples in their order in memory: N x H x W x C for images, N x D x H x W x C for videos, N x features
    /// for vectors.
    template <SamplesOfShape Samples>
    NpyArray(const Samples& samples)
        : NpyArray(View<typename Samples::shape>(samples).values(),
                   detail::npy_sizes<typename Samples::shape>(
                       static_cast<std::size_t>(View<typename Samples::shape>(samples).batch))) {}

    /// Bytes as uint8 of N x H x W x C.
    NpyArray(const ImageData& images)
        : type_(detail::npy_type<std::uint8_t>),
          sizes_{static_cast<std::size_t>(images.count), static_cast<std::size_t>(images.height),
                 static_cast<std::size_t>(images.width), static_cast<std::size_t>(images.channels)},
          value_bytes_(1),
          bytes_(reinterpret_cast<const char*>(images.bytes.data()), images.bytes.size()) {}

    /// Labels as int32 of N, which `load_npy_labels` reads.
    NpyArray(std::span<const std::int32_t> labels)
        : type_(detail::npy_type<std::int32_t>),
          sizes_{labels.size()},
          value_bytes_(sizeof(std::int32_t)),
          bytes_(reinterpret_cast<const char*>(labels.data()), labels.size_bytes()) {}

    /// The file's first part, after which its second, `bytes()`, follows. Sizes that do not fit are an `Error`.
    std::string header(const std::string& where) const {
        if (sizes_.size() > detail::npy_most_axes)
            fail(where, "axes", sizes_.size(), detail::concat(detail::npy_most_axes, " at most"));
        const std::uint64_t count = detail::npy_count(sizes_, where);
        if (count != bytes_.size() / value_bytes_)
            fail(where, "number of values", bytes_.size() / value_bytes_,
                 detail::concat(count, ", the product of ", detail::npy_shape_text(sizes_)));
        return detail::npy_header(type_, sizes_);
    }
    std::string_view bytes() const { return bytes_; }

  private:
    std::string_view type_;
    std::vector<std::size_t> sizes_;
    std::size_t value_bytes_;
    std::string_view bytes_;
};

namespace detail {

template <class Source>
NpyHeader read_npy_header(Source& source) {
    const std::vector<std::uint8_t> start = source.read_exactly(8, "magic string");
    if (!std::equal(npy_magic.begin(), npy_magic.end(), start.begin(),
                    [](char wanted, std::uint8_t found) { return static_cast<std::uint8_t>(wanted) == found; })) {
        expect_no_other_kind_at(source.name(), "magic string", "a .npy file");
        fail(source.name(), "magic string", "other bytes", "\\x93NUMPY");
    }
    if (start[6] < 1 || start[6] > 3 || start[7] != 0)
        fail(source.name(), "version", concat(start[6], ".", start[7]), "1.0, 2.0 or 3.0");
    const std::vector<std::uint8_t> length = source.read_exactly(start[6] == 1 ? 2 : 4, "header length");
    std::uint64_t header_size = 0;
    for (std::size_t byte = length.size(); byte-- > 0;) header_size = header_size << 8 | length[byte];
    constexpr std::uint64_t most = 1 << 16;
    if (header_size > most) fail(source.name(), "header length", header_size, concat(most, " at most"));
    const std::vector<std::uint8_t> text = source.read_exactly(header_size, "header");
    return NpyHeaderReader({reinterpret_cast<const char*>(text.data()), text.size()}, source.name()).read();
}

template <class Source>
FloatArray read_npy_floats(Source& source, NpyOptions options = {}) {
    const NpyHeader header = read_npy_header(source);
    return {header.sizes, read_npy_float_values(source, header, options)};
}

/// Whether two shapes have the same values in the same order, of which one has its axes of one value left out, or all
/// in one: N x 28 x 28 and N x 784, or N x 1 x 28 x 28. With more than two axes the order of channels is another.
inline bool is_npy_reshape(std::span<const std::size_t> one, std::span<const std::size_t> other) {
    const auto axes = [](std::span<const std::size_t> sizes) {
        std::vector<std::size_t> kept;
        for (const std::size_t size : sizes.subspan(1))
            if (size != 1) kept.push_back(size);
        return kept;
    };
    if (one.empty() || one[0] != other[0]) return false;
    const std::vector<std::size_t> left = axes(one), right = axes(other);
    const auto is_flat = [](const auto& flat, const auto& by) {
        return flat.size() == 1 && by.size() == 2 && by[1] > 0 && flat[0] / by[1] == by[0] && flat[0] % by[1] == 0;
    };
    return (left == right && left.size() <= 2) || is_flat(left, right) || is_flat(right, left);
}

template <ShapeType S, class Source>
Tensor<S> read_npy_tensor(Source& source, NpyOptions options = {}) {
    const NpyHeader header = read_npy_header(source);
    const std::size_t batch = header.sizes.empty() ? 0 : header.sizes[0];
    const std::vector<std::size_t> sizes = npy_sizes<S>(batch);
    constexpr bool one_channel = S::rank == 1 || (S::rank >= 3 && S::dims[0] == 1);
    const bool no_channel = S::rank >= 3 && one_channel && header.sizes.size() == std::size_t{S::rank} &&
                            std::equal(header.sizes.begin(), header.sizes.end(), sizes.begin());
    const bool fits =
        header.sizes == sizes || no_channel || (one_channel && options.convert && is_npy_reshape(header.sizes, sizes));
    if (!fits || batch > std::size_t{std::numeric_limits<int>::max()}) {
        std::vector<std::size_t> channels_first = sizes;
        constexpr std::string_view transpose = S::rank == 4 ? npy_video_channels_first_hint : npy_channels_first_hint;
        if (S::rank >= 3) std::rotate(channels_first.begin() + 1, channels_first.end() - 1, channels_first.end());
        fail(source.name(), "shape", npy_shape_text(header.sizes),
             concat("N x ", npy_shape_text(std::span(sizes).subspan(1)),
                    fits                                                 ? ""
                    : header.sizes == channels_first                     ? transpose
                    : one_channel && is_npy_reshape(header.sizes, sizes) ? npy_convert_hint
                                                                         : ""));
    }
    const std::vector<float> values = read_npy_float_values(source, header, options);
    Tensor<S> tensor(static_cast<int>(batch));
    std::copy(values.begin(), values.end(), tensor.data());
    return tensor;
}

template <class Source>
ImageData read_npy_images(Source& source, NpyOptions options = {}) {
    const NpyHeader header = read_npy_header(source);
    std::vector<std::size_t> sizes = header.sizes;
    const auto is_channels = [](std::size_t size) { return size == 1 || size == 3; };
    // Three sizes of which the last is a number of channels may as well be those of one image.
    if (sizes.size() == 3 && !is_channels(sizes[2]) && sizes[2] != 4) sizes.push_back(1);
    constexpr std::size_t most = std::numeric_limits<int>::max();
    const auto fits = [&](std::size_t axis) { return sizes[axis] >= 1 && sizes[axis] <= most; };
    if (sizes.size() != 4 || sizes[0] > most || !fits(1) || !fits(2) || !is_channels(sizes[3]))
        fail(source.name(), "shape", npy_shape_text(sizes),
             concat("N x height x width x 1 or 3, or N x height x width",
                    sizes.size() == 4 && is_channels(sizes[1]) ? npy_channels_first_hint
                    : sizes.size() == 4 && sizes[3] == 4       ? " (without alpha: array[..., :3])"
                    : sizes.size() == 2 || sizes.size() == 3   ? " (of one image: array[None])"
                                                               : ""));
    return {static_cast<int>(sizes[0]),
            static_cast<int>(sizes[1]),
            static_cast<int>(sizes[2]),
            static_cast<int>(sizes[3]),
            read_npy_byte_values(source, header, options),
            {},
            {}};
}

template <class Source>
std::vector<int> read_npy_labels(Source& source) {
    const NpyHeader header = read_npy_header(source);
    const std::size_t axes = header.sizes.size();
    if (axes != 1 && (axes != 2 || header.sizes[1] != 1))
        fail(source.name(), "shape", npy_shape_text(header.sizes),
             concat("N or N x 1", axes == 2 ? " (of a row for each label: array.argmax(axis=1))" : ""));
    const NpyType type = expect_npy_type(header, {'i', 8}, "whole numbers", source.name(), {.convert = true});
    if (!type.is_whole())
        fail(source.name(), "type", header.type, "whole numbers, as array.astype(\"int64\") has them");
    return read_npy_whole_values<int>(source, header, type, std::uint64_t{std::numeric_limits<int>::max()});
}

}  // namespace detail
}  // namespace genotype::inline v0_1
