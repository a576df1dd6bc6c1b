// The types of numbers that files hold, and how floats are read from them.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#include "genotype/dtype/half.hpp"

namespace genotype {

static_assert(std::endian::native == std::endian::little, "files are little-endian, and are mapped as they are");

/// The types of numbers of safetensors.
enum class Dtype {
    BOOL,
    F4,
    F6_E2M3,
    F6_E3M2,
    U8,
    I8,
    F8_E5M2,
    F8_E4M3,
    F8_E8M0,
    F8_E4M3FNUZ,
    F8_E5M2FNUZ,
    I16,
    U16,
    F16,
    BF16,
    I32,
    U32,
    F32,
    C64,
    F64,
    I64,
    U64
};

namespace detail {

struct DtypeFacts {
    std::string_view name;
    unsigned bits;
};
inline constexpr std::array<DtypeFacts, 22> dtype_facts{
    {{"BOOL", 8},    {"F4", 4},      {"F6_E2M3", 6}, {"F6_E3M2", 6},     {"U8", 8},          {"I8", 8},
     {"F8_E5M2", 8}, {"F8_E4M3", 8}, {"F8_E8M0", 8}, {"F8_E4M3FNUZ", 8}, {"F8_E5M2FNUZ", 8}, {"I16", 16},
     {"U16", 16},    {"F16", 16},    {"BF16", 16},   {"I32", 32},        {"U32", 32},        {"F32", 32},
     {"C64", 64},    {"F64", 64},    {"I64", 64},    {"U64", 64}}};

}  // namespace detail

/// "F32", as safetensors writes it.
constexpr std::string_view dtype_name(Dtype type) {
    return detail::dtype_facts[static_cast<std::size_t>(type)].name;
}
/// Bits of one number: 4 and 6 of F4 and the F6, whose numbers share bytes.
constexpr std::size_t dtype_bits(Dtype type) {
    return detail::dtype_facts[static_cast<std::size_t>(type)].bits;
}
/// Bytes of one number; 0 of those that share bytes.
constexpr std::size_t dtype_bytes(Dtype type) {
    return dtype_bits(type) / 8;
}
constexpr std::optional<Dtype> dtype_of_name(std::string_view name) {
    for (std::size_t type = 0; type < detail::dtype_facts.size(); ++type)
        if (detail::dtype_facts[type].name == name) return static_cast<Dtype>(type);
    return std::nullopt;
}

namespace detail {

/// Numbers of a file, as stored at any address, and the float that each stands for.
struct AsF32 {
    using stored = float;
    static constexpr float value(float number) { return number; }
};
struct AsF64 {
    using stored = double;
    /// To the nearest float; what is too large becomes infinite.
    static constexpr float value(double number) { return static_cast<float>(number); }
};
struct AsBF16 {
    using stored = std::uint16_t;
    static constexpr float value(std::uint16_t bits) { return to_float(BFloat16{bits}); }
};
struct AsF16 {
    using stored = std::uint16_t;
    static constexpr float value(std::uint16_t bits) { return to_float(Float16{bits}); }
};

/// One number of a type that computers count or compute with, at any address; nothing of the others. A double holds it
/// exactly, but for whole numbers beyond 2^53.
inline std::optional<double> one_number(Dtype type, const std::byte* at) {
    const auto as = [&]<class Number>(Number number) {
        std::memcpy(&number, at, sizeof number);
        return static_cast<double>(number);
    };
    switch (type) {
        case Dtype::BOOL:
        case Dtype::U8:
            return as(std::uint8_t{});
        case Dtype::I8:
            return as(std::int8_t{});
        case Dtype::I16:
            return as(std::int16_t{});
        case Dtype::U16:
            return as(std::uint16_t{});
        case Dtype::I32:
            return as(std::int32_t{});
        case Dtype::U32:
            return as(std::uint32_t{});
        case Dtype::I64:
            return as(std::int64_t{});
        case Dtype::U64:
            return as(std::uint64_t{});
        case Dtype::F16:
            return static_cast<double>(to_float(Float16{static_cast<std::uint16_t>(as(std::uint16_t{}))}));
        case Dtype::BF16:
            return static_cast<double>(to_float(BFloat16{static_cast<std::uint16_t>(as(std::uint16_t{}))}));
        case Dtype::F32:
            return as(float{});
        case Dtype::F64:
            return as(double{});
        default:
            return std::nullopt;
    }
}

template <class As>
float read_number(const std::byte* at) {
    typename As::stored number;
    std::memcpy(&number, at, sizeof number);
    return As::value(number);
}

}  // namespace detail
}  // namespace genotype
