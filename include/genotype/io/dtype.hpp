// The types of numbers that files hold, and how floats are read from them.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#include "genotype/tensor/half.hpp"

namespace genotype {

static_assert(std::endian::native == std::endian::little, "files are little-endian, and are mapped as they are");

/// The types of numbers of safetensors.
enum class Dtype { BOOL, U8, I8, F8_E4M3, F8_E5M2, I16, U16, F16, BF16, I32, U32, F32, F64, I64, U64 };

namespace detail {

struct DtypeFacts {
    std::string_view name;
    std::size_t bytes;
};
inline constexpr std::array<DtypeFacts, 15> dtype_facts{{{"BOOL", 1},
                                                         {"U8", 1},
                                                         {"I8", 1},
                                                         {"F8_E4M3", 1},
                                                         {"F8_E5M2", 1},
                                                         {"I16", 2},
                                                         {"U16", 2},
                                                         {"F16", 2},
                                                         {"BF16", 2},
                                                         {"I32", 4},
                                                         {"U32", 4},
                                                         {"F32", 4},
                                                         {"F64", 8},
                                                         {"I64", 8},
                                                         {"U64", 8}}};

}  // namespace detail

/// "F32", as safetensors writes it.
constexpr std::string_view dtype_name(Dtype type) {
    return detail::dtype_facts[static_cast<std::size_t>(type)].name;
}
/// Bytes of one number.
constexpr std::size_t dtype_bytes(Dtype type) {
    return detail::dtype_facts[static_cast<std::size_t>(type)].bytes;
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

template <class As>
float read_number(const std::byte* at) {
    typename As::stored number;
    std::memcpy(&number, at, sizeof number);
    return As::value(number);
}

}  // namespace detail
}  // namespace genotype
