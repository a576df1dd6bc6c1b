// Reader of the IDX format: MNIST, Fashion-MNIST, EMNIST.
#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "genotype/data/file_kind.hpp"
#include "genotype/data/input_file.hpp"
#include "genotype/data/pictures.hpp"
#include "genotype/shape/error.hpp"

namespace genotype {
namespace detail {

inline std::string hexadecimal(std::uint32_t value) {
    std::array<char, 16> text;
    std::snprintf(text.data(), text.size(), "0x%08x", static_cast<unsigned>(value));
    return text.data();
}

inline std::uint32_t read_big_endian(InputFile& file, const std::string& field) {
    const std::vector<std::uint8_t> bytes = file.read_exactly(4, field);
    return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 | std::uint32_t{bytes[2]} << 8 | bytes[3];
}

/// Two zero bytes, the type (8: unsigned bytes), the number of dimensions.
inline void read_idx_magic(InputFile& file, std::uint32_t dimensions) {
    const std::uint32_t magic = read_big_endian(file, "magic number");
    const std::uint32_t expected = 0x0800u | dimensions;
    if (magic != expected) expect_no_other_kind_at(file.name(), "magic number", "an IDX file");
    if (magic != expected) fail(file.name(), "magic number", hexadecimal(magic), hexadecimal(expected));
}

inline int read_idx_size(InputFile& file, const std::string& field) {
    const std::uint32_t size = read_big_endian(file, field);
    if (size < 1 || size > static_cast<std::uint32_t>(std::numeric_limits<int>::max()))
        fail(file.name(), field, size, "a number from 1 to 2147483647");
    return static_cast<int>(size);
}

}  // namespace detail

/// Grey pictures without labels from an IDX file with three dimensions (count, height, width), plain or gzip.
/// PyTorch equivalent: the file behind `torchvision.datasets.MNIST`.
inline Pictures read_idx(const std::filesystem::path& images) {
    detail::InputFile file(images);
    detail::read_idx_magic(file, 3);
    Pictures pictures;
    pictures.count = detail::read_idx_size(file, "number of pictures");
    pictures.height = detail::read_idx_size(file, "height");
    pictures.width = detail::read_idx_size(file, "width");
    pictures.channels = 1;
    constexpr std::uint64_t most = std::uint64_t{1} << 48;  // no disk's worth, and far from any overflow
    const std::uint64_t pixels =
        static_cast<std::uint64_t>(pictures.height) * static_cast<std::uint64_t>(pictures.width);
    if (pixels > most / static_cast<std::uint64_t>(pictures.count))
        fail(file.name(), "size",
             detail::concat(pictures.count, " x ", pictures.height, " x ", pictures.width, " bytes"),
             "less than 2^48 bytes");
    pictures.bytes = file.read_exactly(pixels * static_cast<std::uint64_t>(pictures.count), "pixels");
    file.expect_end("pixels");
    return pictures;
}

/// The same with the labels of a second IDX file of one dimension, which must be as many as the pictures.
inline Pictures read_idx(const std::filesystem::path& images, const std::filesystem::path& labels) {
    Pictures pictures = read_idx(images);
    detail::InputFile file(labels);
    detail::read_idx_magic(file, 1);
    const int count = detail::read_idx_size(file, "number of labels");
    if (count != pictures.count)
        fail(file.name(), "number of labels", count,
             detail::concat(pictures.count, ", the number of pictures in ", images.string()));
    const std::vector<std::uint8_t> bytes = file.read_exactly(static_cast<std::uint64_t>(count), "labels");
    file.expect_end("labels");
    pictures.labels.assign(bytes.begin(), bytes.end());
    return pictures;
}

}  // namespace genotype
