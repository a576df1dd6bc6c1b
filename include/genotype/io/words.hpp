// Words for messages: texts of files, and shapes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "genotype/shape/concat_text.hpp"

namespace genotype::inline v0_1::detail {

/// A text of the file's for a message: in quotes, without control characters, and cut where it is long.
[[gnu::cold, gnu::noinline]] inline std::string in_quotes(std::string_view text, std::size_t longest = 120) {
    std::string words = "\"";
    for (const char letter : text.substr(0, longest))
        words += static_cast<unsigned char>(letter) < 0x20 || letter == 0x7f ? '?' : letter;
    words += text.size() > longest ? "...\"" : "\"";
    return words;
}

/// A shape as PyTorch prints it: "[64, 3, 4, 4]".
[[gnu::cold, gnu::noinline]] inline std::string in_brackets(std::span<const std::uint64_t> shape) {
    std::string words = "[";
    for (std::size_t axis = 0; axis < shape.size(); ++axis) words += concat(axis > 0 ? ", " : "", shape[axis]);
    words += ']';
    return words;
}

}  // namespace genotype::inline v0_1::detail
