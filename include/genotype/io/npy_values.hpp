// The types of numbers of numpy's files, and how values are read from them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "genotype/io/npy_header.hpp"
#include "genotype/io/stored_number.hpp"
#include "genotype/shape/error.hpp"

namespace genotype::inline v0_1 {

/// How arrays are read from .npy and .npz files.
struct NpyOptions {
    /// Read other types of numbers, big-endian ones and Fortran's order as well: as floats each value as the nearest
    /// float32, as images whole numbers from 0 to 255. Samples of one channel may have their axes in one, or some of
    /// one value more or fewer: N x 28 x 28 for `Shape<784>`. numpy equivalent: `array.astype("<f4").reshape(...)`.
    bool convert = false;
};

namespace detail {

/// A type of numbers: numpy's letter for its kind ('f', 'i', 'u', 'b'), its bytes, and their order.
struct NpyType {
    char kind = 0;
    std::size_t bytes = 0;
    bool is_big_endian = false;

    bool is(char of_kind, std::size_t of_bytes) const { return kind == of_kind && bytes == of_bytes; }
    bool is_whole() const { return kind == 'i' || kind == 'u'; }
};

/// Of "<f8"; none where it is no type of numbers that is read.
inline std::optional<NpyType> npy_type_of(std::string_view text) {
    const bool has_order = !text.empty() && std::string_view("<>|=").find(text[0]) != std::string_view::npos;
    const std::string_view rest = text.substr(has_order ? 1 : 0);
    for (const std::string_view known : {"f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1"})
        if (rest == known)
            return NpyType{rest[0], static_cast<std::size_t>(rest[1] - '0'), text[0] == '>' && rest[1] != '1'};
    return std::nullopt;
}

/// What a type is that is none of numbers: " (complex numbers)".
inline std::string npy_other_type_text(std::string_view text) {
    constexpr std::pair<char, std::string_view> kinds[]{
        {'c', "complex numbers"}, {'U', "texts"},           {'S', "texts"},
        {'a', "texts"},           {'O', "pickled objects"}, {'V', "raw bytes"},
        {'M', "dates"},           {'m', "spans of time"},   {'f', "floats of another size"}};
    const std::size_t at = text.find_first_not_of("<>|=");
    for (const auto& [letter, words] : kinds)
        if (at != std::string_view::npos && text[at] == letter) return concat(" (", words, ")");
    return "";
}

inline constexpr std::string_view npy_convert_hint = " (NpyOptions::convert = true converts)";

/// Fails where a header says something else than the type `wanted` of numpy's, little-endian, in C's order, unless it
/// may be converted: then any type of numbers is right.
inline NpyType expect_npy_type(const NpyHeader& header, const NpyType& wanted, std::string_view wanted_text,
                               const std::string& name, NpyOptions options) {
    const std::optional<NpyType> type = npy_type_of(header.type);
    if (!type) fail(name, "type", header.type + npy_other_type_text(header.type), wanted_text);
    if (options.convert) return *type;
    if (!type->is(wanted.kind, wanted.bytes) || type->is_big_endian)
        fail(name, "type", header.type, concat(wanted_text, npy_convert_hint));
    if (header.fortran_order) fail(name, "order", "Fortran's", concat("C's", npy_convert_hint));
    return *type;
}

/// Values of `width` bytes from Fortran's order, whose first index runs fastest, to C's, whose last does.
inline std::vector<std::uint8_t> to_c_order(const std::vector<std::uint8_t>& from,
                                            const std::vector<std::size_t>& sizes, std::size_t width) {
    std::vector<std::size_t> stride(sizes.size(), width), index(sizes.size(), 0);
    for (std::size_t axis = 1; axis < sizes.size(); ++axis) stride[axis] = stride[axis - 1] * sizes[axis - 1];
    std::vector<std::uint8_t> to(from.size());
    std::size_t at = 0;
    for (std::size_t done = 0; done < to.size(); done += width) {
        std::copy_n(from.data() + at, width, to.data() + done);
        for (std::size_t axis = sizes.size(); axis-- > 0;) {
            at += stride[axis];
            if (++index[axis] < sizes[axis]) break;
            at -= stride[axis] * sizes[axis];
            index[axis] = 0;
        }
    }
    return to;
}

/// Everything after the header: the values' bytes, little-endian and in C's order.
template <class Source>
std::vector<std::uint8_t> read_npy_bytes(Source& source, const NpyHeader& header, const NpyType& type) {
    std::vector<std::uint8_t> bytes =
        source.read_exactly(npy_count(header.sizes, source.name()) * type.bytes, "values");
    source.expect_end("values");
    if (type.is_big_endian)
        for (std::size_t at = 0; at < bytes.size(); at += type.bytes)
            std::reverse(bytes.data() + at, bytes.data() + at + type.bytes);
    return header.fortran_order ? to_c_order(bytes, header.sizes, type.bytes) : bytes;
}

/// A whole number of 1 to 8 bytes, in 64 bits: of an unsigned one the same bits, of a signed one the same value.
inline std::uint64_t npy_whole_number(const std::uint8_t* at, const NpyType& type) {
    std::uint64_t number = 0;
    std::memcpy(&number, at, type.bytes);
    const std::uint64_t sign = std::uint64_t{1} << (8 * type.bytes - 1);
    return type.kind == 'i' ? (number ^ sign) - sign : number;
}

inline float npy_float(const std::uint8_t* at, const NpyType& type) {
    const auto* const bytes = reinterpret_cast<const std::byte*>(at);
    if (type.is('f', 8)) return read_number<AsF64>(bytes);
    if (type.is('f', 4)) return read_number<AsF32>(bytes);
    if (type.is('f', 2)) return read_number<AsF16>(bytes);
    if (type.kind == 'b') return *at != 0 ? 1.0f : 0.0f;
    const std::uint64_t number = npy_whole_number(at, type);
    return type.kind == 'i' ? static_cast<float>(static_cast<std::int64_t>(number)) : static_cast<float>(number);
}

inline double read_double(const std::uint8_t* at) {
    double value;
    std::memcpy(&value, at, sizeof value);
    return value;
}

/// Float32, of other types each value as the nearest. Throws `Error` where a finite one would become infinite.
template <class Source>
std::vector<float> read_npy_float_values(Source& source, const NpyHeader& header, NpyOptions options) {
    const NpyType type = expect_npy_type(header, {'f', 4}, "<f4", source.name(), options);
    const std::vector<std::uint8_t> bytes = read_npy_bytes(source, header, type);
    std::vector<float> values(bytes.size() / type.bytes);
    if (type.is('f', 4) && !bytes.empty())
        std::memcpy(values.data(), bytes.data(), bytes.size());
    else
        for (std::size_t at = 0; at < values.size(); ++at) {
            const std::uint8_t* const from = bytes.data() + at * type.bytes;
            values[at] = npy_float(from, type);
            if (type.is('f', 8) && std::isinf(values[at]) && !std::isinf(read_double(from)))
                fail(source.name(), concat("value ", at), "a number beyond float32's", "one up to 3.4e38");
        }
    return values;
}

/// Whole numbers from 0 to `most`; anything else is an `Error` that says which value it is.
template <class Number, class Source>
std::vector<Number> read_npy_whole_values(Source& source, const NpyHeader& header, const NpyType& type,
                                          std::uint64_t most) {
    const std::vector<std::uint8_t> bytes = read_npy_bytes(source, header, type);
    std::vector<Number> values(bytes.size() / type.bytes);
    for (std::size_t at = 0; at < values.size(); ++at) {
        const std::uint64_t number = npy_whole_number(bytes.data() + at * type.bytes, type);
        if (number > most)
            fail(source.name(), concat("value ", at),
                 type.kind == 'i' ? concat(static_cast<std::int64_t>(number)) : concat(number), concat("0 to ", most));
        values[at] = static_cast<Number>(number);
    }
    return values;
}

/// Bytes, of other types of whole numbers the same values.
template <class Source>
std::vector<std::uint8_t> read_npy_byte_values(Source& source, const NpyHeader& header, NpyOptions options) {
    if (const auto type = npy_type_of(header.type); type && !type->is_whole())
        fail(source.name(), "type", header.type,
             concat("|u1, as (array * 255)", type->kind == 'b' ? "" : ".round()",
                    ".astype(\"uint8\") makes of values from 0 to 1"));
    const NpyType type = expect_npy_type(header, {'u', 1}, "|u1", source.name(), options);
    if (type.is('u', 1)) return read_npy_bytes(source, header, type);
    return read_npy_whole_values<std::uint8_t>(source, header, type, 255);
}

}  // namespace detail
}  // namespace genotype::inline v0_1
