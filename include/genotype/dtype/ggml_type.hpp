// The types in which matrices lie in files: floats, halves, and blocks of 4 and 8 bits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "genotype/dtype/quantized.hpp"

namespace genotype {

/// The types of matrices that are read as they lie in a file, as GGUF numbers them: floats, and the blocks of
/// `dtype/quantized.hpp`. Each is in `detail::StoredTypes`, too.
enum class GgmlType : std::uint32_t { F32 = 0, F16 = 1, Q4_0 = 2, Q4_1 = 3, Q8_0 = 8, BF16 = 30 };

namespace detail {

template <GgmlType number, class B>
struct StoredType {
    static constexpr GgmlType type = number;
    using Block = B;  // what a tensor of this type is made of
};
template <class... Types>
struct StoredTypeList {};

/// The one list of what is read, floats first.
using StoredTypes = StoredTypeList<StoredType<GgmlType::F32, float>, StoredType<GgmlType::F16, Float16>,
                                   StoredType<GgmlType::BF16, BFloat16>, StoredType<GgmlType::Q8_0, BlockQ8_0>,
                                   StoredType<GgmlType::Q4_0, BlockQ4_0>, StoredType<GgmlType::Q4_1, BlockQ4_1>>;

/// Floats where the type is none of the list's, of which there is no tensor.
template <class Float, class... Rest, class Call>
constexpr auto with_block_of(StoredTypeList<Float, Rest...>, GgmlType type, Call call) {
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
constexpr auto with_block(GgmlType type, Call call) {
    return with_block_of(StoredTypes{}, type, call);
}

/// Calls visit(type) for each type that is read.
template <class Visit, class... Types>
constexpr void for_each_stored_type(Visit visit, StoredTypeList<Types...>) {
    (visit(Types::type), ...);
}

/// The type whose tensors are made of this.
template <class Block, class... Types>
consteval GgmlType type_of_block(StoredTypeList<Types...>) {
    static_assert((std::is_same_v<Block, typename Types::Block> || ...), "a block of a type that is read");
    GgmlType found = GgmlType::F32;
    ((std::is_same_v<Block, typename Types::Block> ? void(found = Types::type) : void()), ...);
    return found;
}
template <class Block>
consteval GgmlType ggml_type_of() {
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

/// Values that share a block: 32, or 1 of the types that have no blocks. A tensor's rows are whole blocks.
constexpr std::size_t block_values(GgmlType type) {
    return detail::with_block(type, []<class Block>(const Block*) { return detail::values_of<Block>(); });
}
/// Bytes of a block.
constexpr std::size_t block_bytes(GgmlType type) {
    return detail::with_block(type, []<class Block>(const Block*) { return sizeof(Block); });
}

}  // namespace genotype
