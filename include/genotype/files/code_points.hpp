// The characters of texts in UTF-8, and their numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "genotype/files/utf8.hpp"

namespace genotype::inline v0_1::detail {

/// The character that a text, which is UTF-8, begins with.
constexpr std::string_view first_character(std::string_view text) {
    return text.substr(0, utf8_step(text).bytes);
}

constexpr std::uint32_t code_point(std::string_view character) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(character[at]); };
    if (character.size() == 1) return byte(0);
    std::uint32_t code = byte(0) & (0x7fu >> character.size());
    for (std::size_t at = 1; at < character.size(); ++at) code = code << 6u | (byte(at) & 0x3fu);
    return code;
}
inline void append_code_point(std::string& text, std::uint32_t code) {
    const auto add = [&](std::uint32_t byte) { text += static_cast<char>(static_cast<unsigned char>(byte)); };
    if (code < 0x80) return add(code);
    if (code < 0x800) {
        add(0xc0 | code >> 6u);
    } else if (code < 0x10000) {
        add(0xe0 | code >> 12u);
        add(0x80 | (code >> 6u & 0x3fu));
    } else {
        add(0xf0 | code >> 18u);
        add(0x80 | (code >> 12u & 0x3fu));
        add(0x80 | (code >> 6u & 0x3fu));
    }
    add(0x80 | (code & 0x3fu));
}

/// Unicode's property White_Space.
constexpr bool is_white_space(std::uint32_t code) {
    return (code >= 9 && code <= 13) || code == 0x20 || code == 0x85 || code == 0xa0 || code == 0x1680 ||
           (code >= 0x2000 && code <= 0x200a) || code == 0x2028 || code == 0x2029 || code == 0x202f || code == 0x205f ||
           code == 0x3000;
}

/// What `drops` says of, away from the begin and the end.
template <class Drops>
constexpr std::string_view strip(std::string_view text, bool at_begin, bool at_end, const Drops& drops) {
    while (at_begin && !text.empty() && drops(first_character(text))) text.remove_prefix(first_character(text).size());
    while (at_end && !text.empty()) {
        std::size_t last = text.size() - 1;
        while (last > 0 && (static_cast<unsigned char>(text[last]) & 0xc0) == 0x80) --last;
        if (!drops(text.substr(last))) break;
        text = text.substr(0, last);
    }
    return text;
}

}  // namespace genotype::inline v0_1::detail
