// What a safetensors file says beside its numbers.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "genotype/io/stored_number.hpp"
#include "genotype/io/words.hpp"
#include "genotype/shape/error.hpp"

namespace genotype::inline v0_1 {

/// What a file says of one of its tensors. `begin` and `end` are bytes, counted from the header's end.
struct TensorInfo {
    std::string name = {};
    StorageType dtype = StorageType::F32;
    std::vector<std::uint64_t> shape = {};
    std::uint64_t begin = 0, end = 0;

    /// "F32 [64, 3, 4, 4]", for messages.
    std::string text() const { return detail::concat(storage_name(dtype), " ", detail::in_brackets(shape)); }
};

/// The texts beside the tensors.
using FileMetadata = std::map<std::string, std::string, std::less<>>;

namespace detail {

/// The text of this key, or null.
[[gnu::cold, gnu::noinline]] inline const std::string* find_text(const FileMetadata& metadata, std::string_view key) {
    const auto found = metadata.find(key);
    return found == metadata.end() ? nullptr : &found->second;
}

/// Puts a text in, unless the key is there already. True if so.
[[gnu::cold, gnu::noinline]] inline bool add_text(FileMetadata& metadata, std::string_view key, std::string_view text) {
    return metadata.emplace(key, text).second;
}

/// The bytes that a tensor of this dtype and shape has. `Error` where 64 bits do not hold the number of its values or
/// of their bits, and where the last byte would in part belong to no value: both as safetensors' own reader has it; of
/// a type that safetensors has not, too.
[[gnu::cold]] inline std::uint64_t tensor_bytes(std::string_view file, const TensorInfo& tensor) {
    const auto wrong = [&](std::string_view found, std::string_view expected) {
        fail(file, concat("header, ", in_quotes(tensor.name)), found, expected);
    };
    if (storage_bits(tensor.dtype) == 0) wrong(tensor.text().substr(0, 200), "a dtype of safetensors");
    std::uint64_t bits = 1;
    bool fits = true;
    for (const std::uint64_t size : tensor.shape) fits = fits && !__builtin_mul_overflow(bits, size, &bits);
    fits = fits && !__builtin_mul_overflow(bits, std::uint64_t{storage_bits(tensor.dtype)}, &bits);
    if (!fits) wrong("a shape of more than 2^64 bits", "a shape that fits");
    if (bits % 8 != 0) wrong(concat(bits, " bits for ", tensor.text().substr(0, 200)), "whole bytes");
    return bits / 8;
}

}  // namespace detail
}  // namespace genotype::inline v0_1
