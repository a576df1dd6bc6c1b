// Arrays as .npy files, for numpy and whoever reads its format.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "genotype/data/float_pictures.hpp"
#include "genotype/data/input_file.hpp"
#include "genotype/data/pictures.hpp"
#include "genotype/io/atomic_file.hpp"
#include "genotype/shape/error.hpp"
#include "genotype/shape/shape.hpp"
#include "genotype/tensor/view.hpp"

namespace genotype {

/// Floats in C order with their sizes.
struct FloatArray {
    std::vector<std::size_t> sizes;
    std::vector<float> values;
};

namespace detail {

/// Version 1.0: magic, length, a Python dictionary padded to a multiple of 64 bytes, then the values in C order.
/// Source: numpy.lib.format. (xtensor's writer does the same, but costs each program 1.4 s to compile.)
inline void save_npy(std::string_view type, std::string_view bytes, const std::vector<std::size_t>& sizes,
                     const std::filesystem::path& path) {
    std::string text = "{'descr': '" + std::string(type) + "', 'fortran_order': False, 'shape': (";
    for (std::size_t axis = 0; axis < sizes.size(); ++axis)
        text += (axis > 0 ? ", " : "") + std::to_string(sizes[axis]);
    text += sizes.size() == 1 ? ",), }" : "), }";
    constexpr std::size_t before = 10;  // bytes of magic, version and length
    text.resize((before + text.size() + 1 + 63) / 64 * 64 - before - 1, ' ');
    text += '\n';
    std::string file("\x93NUMPY\x01\x00", 8);
    file += static_cast<char>(text.size() & 0xff);
    file += static_cast<char>(text.size() >> 8);
    file += text;
    file += bytes;
    write_file(path, file);
}

/// Reads the header's Python dictionary, whose keys may come in any order, and nothing but what arrays of numbers need.
class NpyHeader {
  public:
    NpyHeader(std::string_view text, const std::string& name) : text_(text), name_(name) {
        expect('{');
        while (!skip('}')) {
            const std::string key = quoted();
            expect(':');
            if (key == "descr")
                type = quoted();
            else if (key == "fortran_order")
                fortran_order = boolean();
            else if (key == "shape")
                sizes = tuple();
            else
                fail(name_, "header", "the key '" + key + "'", "descr, fortran_order and shape");
            ++keys_;
            if (!skip(',')) {
                expect('}');
                break;
            }
        }
        if (keys_ != 3 || type.empty()) fail(name_, "header", std::to_string(keys_) + " keys", "3 keys");
    }

    std::string type;
    bool fortran_order = false;
    std::vector<std::size_t> sizes;

  private:
    [[noreturn]] void wrong(const std::string& expected) const {
        const std::string found = at_ < text_.size() ? std::string("'") + text_[at_] + "'" : "its end";
        fail(name_, "header at character " + std::to_string(at_), found, expected);
    }
    void skip_spaces() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
    }
    bool skip(char wanted) {
        skip_spaces();
        if (at_ >= text_.size() || text_[at_] != wanted) return false;
        ++at_;
        return true;
    }
    void expect(char wanted) {
        if (!skip(wanted)) wrong(std::string("'") + wanted + "'");
    }
    std::string quoted() {
        expect('\'');
        const std::size_t end = text_.find('\'', at_);
        if (end == std::string_view::npos) wrong("a closing quote");
        const std::string word(text_.substr(at_, end - at_));
        at_ = end + 1;
        return word;
    }
    bool boolean() {
        skip_spaces();
        for (const bool value : {false, true}) {
            const std::string_view word = value ? "True" : "False";
            if (text_.substr(at_, word.size()) != word) continue;
            at_ += word.size();
            return value;
        }
        wrong("True or False");
    }
    std::vector<std::size_t> tuple() {
        std::vector<std::size_t> numbers;
        expect('(');
        while (!skip(')')) {
            skip_spaces();
            std::size_t number = 0, digits = 0;
            for (; at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; ++at_, ++digits)
                number = number * 10 + static_cast<std::size_t>(text_[at_] - '0');
            if (digits < 1 || digits > 15) wrong("a number of 1 to 15 digits");
            numbers.push_back(number);
            if (!skip(',')) {
                expect(')');
                break;
            }
        }
        return numbers;
    }

    std::string_view text_;
    const std::string& name_;
    std::size_t at_ = 0;
    int keys_ = 0;
};

}  // namespace detail

/// Bytes as uint8 of N x H x W x C. The file is replaced whole or not at all, as by all of these.
inline void save_npy(const Pictures& pictures, const std::filesystem::path& path) {
    if (pictures.bytes.size() != static_cast<std::size_t>(pictures.count) * pictures.stride())
        fail(path.string(), "pixels", std::to_string(pictures.bytes.size()) + " bytes",
             std::to_string(static_cast<std::size_t>(pictures.count) * pictures.stride()) + " bytes");
    const auto size = [](int value) { return static_cast<std::size_t>(value); };
    detail::save_npy("|u1", {reinterpret_cast<const char*>(pictures.bytes.data()), pictures.bytes.size()},
                     {size(pictures.count), size(pictures.height), size(pictures.width), size(pictures.channels)},
                     path);
}

/// Floats in C order. Their number must be the product of the sizes.
inline void save_npy(std::span<const float> values, const std::vector<std::size_t>& sizes,
                     const std::filesystem::path& path) {
    std::size_t count = 1;
    for (const std::size_t size : sizes) count *= size;
    if (count != values.size())
        fail(path.string(), "number of values", std::to_string(values.size()), std::to_string(count));
    static_assert(std::endian::native == std::endian::little);
    detail::save_npy("<f4", {reinterpret_cast<const char*>(values.data()), values.size_bytes()}, sizes, path);
}

/// Float samples in their order in memory: N x H x W x C for pictures, N x features for vectors.
template <SamplesOfShape Samples>
void save_npy(const Samples& samples, const std::filesystem::path& path) {
    using S = typename Samples::shape;
    const View<S> view = samples;
    std::vector<std::size_t> sizes{static_cast<std::size_t>(view.batch)};
    for (int axis = 0; axis < S::rank; ++axis)
        sizes.push_back(static_cast<std::size_t>(S::dims[S::rank == 3 ? (axis + 1) % 3 : axis]));
    save_npy(view.values(), sizes, path);
}

/// Little-endian float32 in C order. Any other type or order, a cut file or one with more bytes is an `Error`.
inline FloatArray load_npy(const std::filesystem::path& path) {
    detail::InputFile file(path);
    constexpr std::string_view magic("\x93NUMPY", 6);
    const std::vector<std::uint8_t> start = file.read_exactly(8, "magic string");
    if (!std::equal(magic.begin(), magic.end(), start.begin(),
                    [](char wanted, std::uint8_t found) { return static_cast<std::uint8_t>(wanted) == found; }))
        fail(file.name(), "magic string", "other bytes", "\\x93NUMPY");
    if (start[6] < 1 || start[6] > 3) fail(file.name(), "version", std::to_string(start[6]), "1, 2 or 3");
    const std::vector<std::uint8_t> length = file.read_exactly(start[6] == 1 ? 2 : 4, "header length");
    std::uint64_t header_size = 0;
    for (std::size_t byte = length.size(); byte-- > 0;) header_size = header_size << 8 | length[byte];
    const std::vector<std::uint8_t> text = file.read_exactly(header_size, "header");
    const detail::NpyHeader header({reinterpret_cast<const char*>(text.data()), text.size()}, file.name());
    if (header.type != "<f4") fail(file.name(), "type", header.type, "<f4, little-endian float32");
    if (header.fortran_order) fail(file.name(), "order", "Fortran's", "C's");
    constexpr std::uint64_t most = std::uint64_t{1} << 44;
    std::uint64_t count = 1;
    for (const std::size_t size : header.sizes) {
        if (size > 0 && count > most / size) fail(file.name(), "shape", "more than 2^44 values", "fewer");
        count *= size;
    }
    const std::vector<std::uint8_t> bytes = file.read_exactly(count * sizeof(float), "values");
    file.expect_end("values");
    FloatArray array{header.sizes, std::vector<float>(bytes.size() / sizeof(float))};
    if (!bytes.empty()) std::memcpy(array.values.data(), bytes.data(), bytes.size());
    return array;
}

}  // namespace genotype
