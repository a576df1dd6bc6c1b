// The types of GGUF files: of values in the metadata, and of tensors.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "genotype/tensor/quantized.hpp"

namespace genotype {

/// The types of values of the metadata, as the file numbers them.
enum class GgufType : std::uint32_t {
    UINT8,
    INT8,
    UINT16,
    INT16,
    UINT32,
    INT32,
    FLOAT32,
    BOOL,
    STRING,
    ARRAY,
    UINT64,
    INT64,
    FLOAT64
};

/// The types of tensors that are read, as the file numbers them: floats, and the blocks of `tensor/quantized.hpp`.
enum class GgmlType : std::uint32_t { F32 = 0, F16 = 1, Q4_0 = 2, Q4_1 = 3, Q8_0 = 8, BF16 = 30 };

namespace detail {

struct GgufTypeFacts {
    std::string_view name;
    std::size_t bytes;  // 0: as many as the value says
};
inline constexpr std::array<GgufTypeFacts, 13> gguf_type_facts{{{"UINT8", 1},
                                                                {"INT8", 1},
                                                                {"UINT16", 2},
                                                                {"INT16", 2},
                                                                {"UINT32", 4},
                                                                {"INT32", 4},
                                                                {"FLOAT32", 4},
                                                                {"BOOL", 1},
                                                                {"STRING", 0},
                                                                {"ARRAY", 0},
                                                                {"UINT64", 8},
                                                                {"INT64", 8},
                                                                {"FLOAT64", 8}}};
constexpr const GgufTypeFacts& facts_of(GgufType type) {
    return gguf_type_facts[static_cast<std::size_t>(type)];
}

/// ggml's names by their numbers, "" where there is none any more, so that a message can name what is not read.
inline constexpr std::array<std::string_view, 42> ggml_type_names{
    "F32",   "F16",    "Q4_0",  "Q4_1", "",     "",        "Q5_0",   "Q5_1",    "Q8_0",  "Q8_1",   "Q2_K",
    "Q3_K",  "Q4_K",   "Q5_K",  "Q6_K", "Q8_K", "IQ2_XXS", "IQ2_XS", "IQ3_XXS", "IQ1_S", "IQ4_NL", "IQ3_S",
    "IQ2_S", "IQ4_XS", "I8",    "I16",  "I32",  "I64",     "F64",    "IQ1_M",   "BF16",  "",       "",
    "",      "TQ1_0",  "TQ2_0", "",     "",     "",        "MXFP4",  "NVFP4",   "Q1_0"};

/// Calls `call` with a null pointer to what a tensor of this type is made of.
template <class Call>
constexpr auto with_block(GgmlType type, Call call) {
    switch (type) {
        case GgmlType::F16:
            return call(static_cast<const Float16*>(nullptr));
        case GgmlType::Q4_0:
            return call(static_cast<const BlockQ4_0*>(nullptr));
        case GgmlType::Q4_1:
            return call(static_cast<const BlockQ4_1*>(nullptr));
        case GgmlType::Q8_0:
            return call(static_cast<const BlockQ8_0*>(nullptr));
        case GgmlType::BF16:
            return call(static_cast<const BFloat16*>(nullptr));
        default:
            return call(static_cast<const float*>(nullptr));
    }
}

/// The type whose tensors are made of this.
template <class Block>
consteval GgmlType ggml_type_of() {
    for (const auto type :
         {GgmlType::F32, GgmlType::F16, GgmlType::Q4_0, GgmlType::Q4_1, GgmlType::Q8_0, GgmlType::BF16})
        if (with_block(type, []<class Made>(const Made*) { return std::is_same_v<Made, Block>; })) return type;
    throw "float, Float16, BFloat16, BlockQ8_0, BlockQ4_0 or BlockQ4_1";  // which does not compile
}

/// Values of one block; a float is a block of its own.
template <class Block>
constexpr std::size_t values_of() {
    if constexpr (requires { Block::values; })
        return static_cast<std::size_t>(Block::values);
    else
        return 1;
}

}  // namespace detail

/// "UINT32", as the format's description writes it.
constexpr std::string_view gguf_type_name(GgufType type) {
    return detail::facts_of(type).name;
}
/// "Q4_1", as ggml writes it.
constexpr std::string_view ggml_type_name(GgmlType type) {
    return detail::ggml_type_names[static_cast<std::size_t>(type)];
}
/// The type of this number, or none where such tensors are not read.
constexpr std::optional<GgmlType> ggml_type_of_number(std::uint32_t number) {
    switch (const auto type = static_cast<GgmlType>(number)) {
        case GgmlType::F32:
        case GgmlType::F16:
        case GgmlType::Q4_0:
        case GgmlType::Q4_1:
        case GgmlType::Q8_0:
        case GgmlType::BF16:
            return type;
    }
    return std::nullopt;
}
/// Values that share a block: 32, or 1 of the types that have no blocks. A tensor's rows are whole blocks.
constexpr std::size_t block_values(GgmlType type) {
    return detail::with_block(type, []<class Block>(const Block*) { return detail::values_of<Block>(); });
}
/// Bytes of a block.
constexpr std::size_t block_bytes(GgmlType type) {
    return detail::with_block(type, []<class Block>(const Block*) { return sizeof(Block); });
}

}  // namespace genotype
