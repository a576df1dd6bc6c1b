// The types of GGUF files: of values in the metadata, and the names of tensors' types.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "genotype/dtype/storage_type.hpp"

namespace genotype::inline v0_1 {

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
/// Whether values of this type are whole numbers.
constexpr bool is_whole_type(GgufType type) {
    return type <= GgufType::INT32 || type == GgufType::UINT64 || type == GgufType::INT64;
}

/// ggml's names by their numbers, "" where there is none any more; what is not read can be named in a message.
inline constexpr std::array<std::string_view, 42> ggml_type_names{
    "F32",   "F16",    "Q4_0",  "Q4_1", "",     "",        "Q5_0",   "Q5_1",    "Q8_0",  "Q8_1",   "Q2_K",
    "Q3_K",  "Q4_K",   "Q5_K",  "Q6_K", "Q8_K", "IQ2_XXS", "IQ2_XS", "IQ3_XXS", "IQ1_S", "IQ4_NL", "IQ3_S",
    "IQ2_S", "IQ4_XS", "I8",    "I16",  "I32",  "I64",     "F64",    "IQ1_M",   "BF16",  "",       "",
    "",      "TQ1_0",  "TQ2_0", "",     "",     "",        "MXFP4",  "NVFP4",   "Q1_0"};

}  // namespace detail

/// "UINT32", as the format's description writes it.
constexpr std::string_view gguf_type_name(GgufType type) {
    return detail::facts_of(type).name;
}
/// The type to which ggml gives this number, or none where such tensors are not read.
constexpr std::optional<StorageType> storage_type_of_ggml(std::uint32_t number) {
    std::optional<StorageType> found;
    const auto compare = [&](StorageType type) {
        if (storage_name(type) == detail::ggml_type_names[number]) found = type;
    };
    if (number < detail::ggml_type_names.size()) detail::for_each_stored_type(compare, detail::StoredTypes{});
    return found;
}
[[deprecated("take storage_type_of_ggml")]] constexpr std::optional<StorageType> ggml_type_of_number(
    std::uint32_t number) {
    return storage_type_of_ggml(number);
}

namespace detail {

/// "F32, F16, BF16, Q8_0, Q4_0 or Q4_1": what is read.
inline std::string gguf_types_read() {
    std::string words;
    std::size_t left = 0;
    for_each_stored_type([&](StorageType) { ++left; }, StoredTypes{});
    const auto add = [&](StorageType type) {
        words += storage_name(type);
        if (--left > 0) words += left == 1 ? " or " : ", ";
    };
    for_each_stored_type(add, StoredTypes{});
    return words;
}

}  // namespace detail
}  // namespace genotype::inline v0_1
