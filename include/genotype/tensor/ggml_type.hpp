// The types in which matrices lie in files: floats, halves, and blocks of 4 and 8 bits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "genotype/tensor/quantized.hpp"

namespace genotype {

/// The types of matrices that are read as they lie in a file, as GGUF numbers them: floats, and the blocks of
/// `tensor/quantized.hpp`.
enum class GgmlType : std::uint32_t { F32 = 0, F16 = 1, Q4_0 = 2, Q4_1 = 3, Q8_0 = 8, BF16 = 30 };

namespace detail {

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

/// Values that share a block: 32, or 1 of the types that have no blocks. A tensor's rows are whole blocks.
constexpr std::size_t block_values(GgmlType type) {
    return detail::with_block(type, []<class Block>(const Block*) { return detail::values_of<Block>(); });
}
/// Bytes of a block.
constexpr std::size_t block_bytes(GgmlType type) {
    return detail::with_block(type, []<class Block>(const Block*) { return sizeof(Block); });
}

}  // namespace genotype
