// GGUF files put together by hand.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "support/safetensors_file.hpp"

/// The bytes of one number, as this machine has them.
template <class Number>
std::string gguf_number(Number number) {
    return {reinterpret_cast<const char*>(&number), sizeof number};
}
/// A text with its length before it.
inline std::string gguf_text(std::string_view text) {
    return gguf_number(static_cast<std::uint64_t>(text.size())) + std::string(text);
}
/// A key of the metadata with a value of this type, by its number in the file.
inline std::string gguf_entry(std::string_view key, std::uint32_t type, const std::string& value) {
    return gguf_text(key) + gguf_number(type) + value;
}
/// The value of an array: its elements' type and number, and its elements.
inline std::string gguf_array(std::uint32_t type, std::uint64_t count, const std::string& elements) {
    return gguf_number(type) + gguf_number(count) + elements;
}
/// What a file says of a tensor; `sizes` are in the file's order, the fastest first.
inline std::string gguf_tensor(std::string_view name, const std::vector<std::uint64_t>& sizes, std::uint32_t type,
                               std::uint64_t offset) {
    return gguf_text(name) + gguf_number(static_cast<std::uint32_t>(sizes.size())) + bytes_of(sizes) +
           gguf_number(type) + gguf_number(offset);
}

/// A file of these parts, which need not be right.
struct GgufFile {
    std::vector<std::string> entries = {}, tensors = {};
    std::string data = {};
    std::uint32_t version = 3;
    std::size_t alignment = 32;

    std::string text() const {
        std::string file = "GGUF" + gguf_number(version) + gguf_number(std::uint64_t{tensors.size()}) +
                           gguf_number(std::uint64_t{entries.size()});
        for (const std::string& entry : entries) file += entry;
        for (const std::string& tensor : tensors) file += tensor;
        if (!tensors.empty()) file.resize((file.size() + alignment - 1) / alignment * alignment, '\0');
        return file + data;
    }
};
