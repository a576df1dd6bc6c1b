// The types in which numbers lie in files: those of safetensors, and the blocks of GGUF.
#pragma once

#include <array>
#include <cstddef>
#include <cstring>
#include <optional>
#include <string_view>
#include <type_traits>

#include "genotype/dtype/quantized.hpp"

namespace genotype::inline v0_1 {

/// In what numbers lie in a file: the types of safetensors, by its names, and the blocks of `dtype/quantized.hpp`, by
/// ggml's. Matrices of those in `detail::StoredTypes` are multiplied as they lie there.
enum class StorageType {
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
    U64,
    Q8_0,
    Q4_0,
    Q4_1,
    Q5_0,
    Q5_1,
    Q2_K,
    Q3_K,
    Q4_K,
    Q5_K,
    Q6_K,
    IQ4_NL,
    IQ4_XS,
    MXFP4
};

namespace detail {

struct StorageFacts {
    std::string_view name;
    unsigned bits;  // of one number
};
/// Those of safetensors. What lies in blocks says its name itself.
inline constexpr std::array<StorageFacts, 22> storage_facts{
    {{"BOOL", 8},    {"F4", 4},      {"F6_E2M3", 6}, {"F6_E3M2", 6},     {"U8", 8},          {"I8", 8},
     {"F8_E5M2", 8}, {"F8_E4M3", 8}, {"F8_E8M0", 8}, {"F8_E4M3FNUZ", 8}, {"F8_E5M2FNUZ", 8}, {"I16", 16},
     {"U16", 16},    {"F16", 16},    {"BF16", 16},   {"I32", 32},        {"U32", 32},        {"F32", 32},
     {"C64", 64},    {"F64", 64},    {"I64", 64},    {"U64", 64}}};

}  // namespace detail

/// Bits of one number: 4 and 6 of F4 and the F6, whose numbers share bytes; 0 of those that lie in blocks.
constexpr std::size_t storage_bits(StorageType type) {
    const auto place = static_cast<std::size_t>(type);
    return place < detail::storage_facts.size() ? detail::storage_facts[place].bits : 0;
}
/// Bytes of one number; 0 of those that share bytes.
constexpr std::size_t storage_bytes(StorageType type) {
    return storage_bits(type) / 8;
}
/// The type of safetensors that has this name.
constexpr std::optional<StorageType> storage_type_of_name(std::string_view name) {
    for (std::size_t type = 0; type < detail::storage_facts.size(); ++type)
        if (detail::storage_facts[type].name == name) return static_cast<StorageType>(type);
    return std::nullopt;
}

namespace detail {

template <StorageType number, class B>
struct StoredType {
    static constexpr StorageType type = number;
    using Block = B;  // what a tensor of this type is made of
};
template <class... Types>
struct StoredTypeList {};

/// The one list of what kernels read as it lies, floats first.
using StoredTypes =
    StoredTypeList<StoredType<StorageType::F32, float>, StoredType<StorageType::F16, Float16>,
                   StoredType<StorageType::BF16, BFloat16>, StoredType<StorageType::Q8_0, BlockQ8_0>,
                   StoredType<StorageType::Q4_0, BlockQ4_0>, StoredType<StorageType::Q4_1, BlockQ4_1>,
                   StoredType<StorageType::Q5_0, BlockQ5_0>, StoredType<StorageType::Q5_1, BlockQ5_1>,
                   StoredType<StorageType::Q2_K, BlockQ2_K>, StoredType<StorageType::Q3_K, BlockQ3_K>,
                   StoredType<StorageType::Q4_K, BlockQ4_K>, StoredType<StorageType::Q5_K, BlockQ5_K>,
                   StoredType<StorageType::Q6_K, BlockQ6_K>, StoredType<StorageType::IQ4_NL, BlockIQ4_NL>,
                   StoredType<StorageType::IQ4_XS, BlockIQ4_XS>, StoredType<StorageType::MXFP4, BlockMXFP4>>;

/// Floats where the type is none of the list's: nobody has such a tensor.
template <class Float, class... Rest, class Call>
constexpr auto with_block_of(StoredTypeList<Float, Rest...>, StorageType type, Call call) {
    constexpr const typename Float::Block* floats = nullptr;
    if constexpr (std::is_void_v<decltype(call(floats))>) {
        if (!((type == Rest::type && (call(static_cast<const typename Rest::Block*>(nullptr)), true)) || ...))
            call(floats);
    } else {
        decltype(call(floats)) result{};
        if (!((type == Rest::type && (result = call(static_cast<const typename Rest::Block*>(nullptr)), true)) || ...))
            result = call(floats);
        return result;
    }
}
/// Calls `call` with a null pointer to what a tensor of this type is made of.
template <class Call>
constexpr auto with_block(StorageType type, Call call) {
    return with_block_of(StoredTypes{}, type, call);
}

/// Calls visit(type) for each type that is read.
template <class Visit, class... Types>
constexpr void for_each_stored_type(Visit visit, StoredTypeList<Types...>) {
    (visit(Types::type), ...);
}

/// The type whose tensors are made of this.
template <class Block, class... Types>
consteval StorageType type_of_block(StoredTypeList<Types...>) {
    static_assert((std::is_same_v<Block, typename Types::Block> || ...), "a block of a type that is read");
    StorageType found = StorageType::F32;
    ((std::is_same_v<Block, typename Types::Block> ? void(found = Types::type) : void()), ...);
    return found;
}
template <class Block>
consteval StorageType storage_type_of() {
    return type_of_block<Block>(StoredTypes{});
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

/// "F32", as safetensors writes it, or "Q4_1", as ggml does.
constexpr std::string_view storage_name(StorageType type) {
    const auto place = static_cast<std::size_t>(type);
    if (place < detail::storage_facts.size()) return detail::storage_facts[place].name;
    return detail::with_block(type, []<class Block>(const Block*) {
        if constexpr (requires { Block::name; })
            return Block::name;
        else
            return std::string_view{};
    });
}
/// Values that share a block: 32 or 256, or 1 of the types that have no blocks. A tensor's rows are whole blocks.
constexpr std::size_t block_values(StorageType type) {
    return detail::with_block(type, []<class Block>(const Block*) { return detail::values_of<Block>(); });
}
/// Bytes of a block of a type of `StoredTypes`. Kernels ask for it, of which a GPU's read no tables.
constexpr std::size_t block_bytes(StorageType type) {
    return detail::with_block(type, []<class Block>(const Block*) { return sizeof(Block); });
}

namespace detail {

/// The first `count` values from an address on, whole blocks, as float32. Nothing behind their last byte is read.
template <class Block>
void dequantize_values(const std::byte* from, long count, float* to) {
    constexpr long values = static_cast<long>(values_of<Block>());
    for (long at = 0; at < count; at += values, from += sizeof(Block), to += values) {
        Block block;
        std::memcpy(&block, from, sizeof(Block));
        if constexpr (std::is_same_v<Block, float>)
            *to = block;
        else if constexpr (values == 1)
            *to = to_float(block);
        else
            dequantize(block, to);
    }
}
/// Those of a type of `StoredTypes`.
inline void dequantize_values(StorageType type, const std::byte* from, long count, float* to) {
    with_block(type, [&]<class Block>(const Block*) { dequantize_values<Block>(from, count, to); });
}

}  // namespace detail

/// By their names of before version 0.2.
using Dtype [[deprecated("take StorageType")]] = StorageType;
using GgmlType [[deprecated("take StorageType")]] = StorageType;
[[deprecated("take storage_name")]] constexpr std::string_view dtype_name(StorageType type) {
    return storage_name(type);
}
[[deprecated("take storage_bits")]] constexpr std::size_t dtype_bits(StorageType type) {
    return storage_bits(type);
}
[[deprecated("take storage_bytes")]] constexpr std::size_t dtype_bytes(StorageType type) {
    return storage_bytes(type);
}
[[deprecated("take storage_type_of_name")]] constexpr std::optional<StorageType> dtype_of_name(std::string_view name) {
    return storage_type_of_name(name);
}
[[deprecated("take storage_name")]] constexpr std::string_view ggml_type_name(StorageType type) {
    return storage_name(type);
}

}  // namespace genotype::inline v0_1
