// How numbers are read from files, where they lie at any address.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>

#include "genotype/dtype/storage_type.hpp"

namespace genotype::inline v0_1 {

static_assert(std::endian::native == std::endian::little, "files are little-endian, and are mapped as they are");

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
inline std::optional<double> one_number(StorageType type, const std::byte* at) {
    const auto as = [&]<class Number>(Number number) {
        std::memcpy(&number, at, sizeof number);
        return static_cast<double>(number);
    };
    switch (type) {
        case StorageType::BOOL:
        case StorageType::U8:
            return as(std::uint8_t{});
        case StorageType::I8:
            return as(std::int8_t{});
        case StorageType::I16:
            return as(std::int16_t{});
        case StorageType::U16:
            return as(std::uint16_t{});
        case StorageType::I32:
            return as(std::int32_t{});
        case StorageType::U32:
            return as(std::uint32_t{});
        case StorageType::I64:
            return as(std::int64_t{});
        case StorageType::U64:
            return as(std::uint64_t{});
        case StorageType::F16:
            return static_cast<double>(to_float(Float16{static_cast<std::uint16_t>(as(std::uint16_t{}))}));
        case StorageType::BF16:
            return static_cast<double>(to_float(BFloat16{static_cast<std::uint16_t>(as(std::uint16_t{}))}));
        case StorageType::F32:
            return as(float{});
        case StorageType::F64:
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
}  // namespace genotype::inline v0_1
