// A file's own words in messages.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace genotype::detail {

/// A text of the file's for a message: in quotes, without control characters, and cut where it is long.
inline std::string in_quotes(std::string_view text, std::size_t longest = 120) {
    std::string words = "\"";
    for (const char letter : text.substr(0, longest))
        words += static_cast<unsigned char>(letter) < 0x20 || letter == 0x7f ? '?' : letter;
    return words + (text.size() > longest ? "...\"" : "\"");
}

}  // namespace genotype::detail
