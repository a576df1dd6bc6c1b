// Reader of the IDX format: MNIST, Fashion-MNIST, EMNIST, QMNIST.
#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "genotype/files/file_kind.hpp"
#include "genotype/files/input_file.hpp"
#include "genotype/images/images.hpp"
#include "genotype/shape/error.hpp"

namespace genotype::inline v0_1 {
namespace detail {

[[gnu::cold]] inline std::string hexadecimal(std::uint32_t value) {
    std::array<char, 16> text;
    std::snprintf(text.data(), text.size(), "0x%08x", static_cast<unsigned>(value));
    return text.data();
}

[[gnu::cold]] inline std::uint32_t read_big_endian(InputFile& file, const std::string& field) {
    const std::vector<std::uint8_t> bytes = file.read_exactly(4, field);
    return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 | std::uint32_t{bytes[2]} << 8 | bytes[3];
}

/// A magic number in words: "2 dimensions of int32".
[[gnu::cold]] inline std::string idx_magic_text(std::uint32_t magic) {
    constexpr std::array<const char*, 7> types{"uint8", "int8", "", "int16", "int32", "float32", "float64"};
    const std::uint32_t type = magic >> 8, first = 8;
    if (type < first || type >= first + types.size() || *types[type - first] == '\0') return "";
    return concat(" (IDX, ", magic & 0xff, " dimensions of ", types[type - first], ")");
}

[[noreturn]] inline void wrong_idx_magic(const InputFile& file, std::uint32_t magic, const std::string& expected) {
    expect_no_other_kind_at(file.name(), "magic number", "an IDX file");
    fail(file.name(), "magic number", hexadecimal(magic) + idx_magic_text(magic), expected);
}

/// Two zero bytes, the type (8: unsigned bytes), the number of dimensions.
[[gnu::cold]] inline void read_idx_magic(InputFile& file, std::uint32_t dimensions) {
    const std::uint32_t magic = read_big_endian(file, "magic number"), expected = 0x0800u | dimensions;
    if (magic != expected) wrong_idx_magic(file, magic, hexadecimal(expected));
}

[[gnu::cold]] inline int read_idx_size(InputFile& file, const std::string& field) {
    const std::uint32_t size = read_big_endian(file, field);
    if (size < 1 || size > static_cast<std::uint32_t>(std::numeric_limits<int>::max()))
        fail(file.name(), field, size, "a number from 1 to 2147483647");
    return static_cast<int>(size);
}

/// Labels of one byte each; of QMNIST's rows of eight numbers the first, which is the class.
[[gnu::cold]] inline std::vector<int> read_idx_labels(const std::filesystem::path& labels) {
    constexpr std::uint32_t bytes = 0x0801, rows_of_int32 = 0x0c02;
    constexpr int columns = 8;
    InputFile file(labels);
    const std::uint32_t magic = read_big_endian(file, "magic number");
    if (magic != bytes && magic != rows_of_int32)
        wrong_idx_magic(file, magic, concat(hexadecimal(bytes), ", or QMNIST's ", hexadecimal(rows_of_int32)));
    const int count = read_idx_size(file, "number of labels");
    std::vector<int> result;
    if (magic == bytes) {
        const std::vector<std::uint8_t> read = file.read_exactly(static_cast<std::uint64_t>(count), "labels");
        result.assign(read.begin(), read.end());
    } else {
        const int found = read_idx_size(file, "columns");
        if (found != columns) fail(file.name(), "columns", found, "8, as QMNIST has them");
        for (int row = 0; row < count; ++row) {
            const std::uint32_t label = read_big_endian(file, "labels");
            if (label > 255) fail(file.name(), concat("label ", row), static_cast<std::int32_t>(label), "0 to 255");
            result.push_back(static_cast<int>(label));
            file.read_exactly(4 * (columns - 1), "labels");
        }
    }
    file.expect_end("labels");
    return result;
}

/// That there are as many labels as images.
[[gnu::cold]] inline void expect_labels(const std::vector<int>& read, const std::filesystem::path& labels, int images,
                                        const std::filesystem::path& images_path) {
    if (read.size() != static_cast<std::size_t>(images))
        fail(labels.string(), "number of labels", read.size(),
             concat(images, ", the number of images in ", images_path.string()));
}

}  // namespace detail

/// Grey images without labels from an IDX file with three dimensions (count, height, width), plain or gzip.
/// PyTorch equivalent: the file behind `torchvision.datasets.MNIST`.
inline ImageData read_idx(const std::filesystem::path& images_path) {
    detail::InputFile file(images_path);
    detail::read_idx_magic(file, 3);
    ImageData images;
    images.count = detail::read_idx_size(file, "number of images");
    images.height = detail::read_idx_size(file, "height");
    images.width = detail::read_idx_size(file, "width");
    images.channels = 1;
    constexpr std::uint64_t most = std::uint64_t{1} << 48;  // no disk's worth, and far from any overflow
    const std::uint64_t pixels = static_cast<std::uint64_t>(images.height) * static_cast<std::uint64_t>(images.width);
    if (pixels > most / static_cast<std::uint64_t>(images.count))
        fail(file.name(), "size", detail::concat(images.count, " x ", images.height, " x ", images.width, " bytes"),
             "less than 2^48 bytes");
    images.bytes = file.read_exactly(pixels * static_cast<std::uint64_t>(images.count), "pixels");
    file.expect_end("pixels");
    return images;
}

/// The same with the labels of a second IDX file, which must be as many as the images: of one dimension, or QMNIST's
/// (rows of eight int32, whose first is the class).
inline ImageData read_idx(const std::filesystem::path& images_path, const std::filesystem::path& labels) {
    ImageData images = read_idx(images_path);
    images.labels = detail::read_idx_labels(labels);
    detail::expect_labels(images.labels, labels, images.count, images_path);
    return images;
}

}  // namespace genotype::inline v0_1
