// Whether bytes are a text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace genotype::inline v0_1 {
namespace detail {

enum class Utf8 { character, invalid, incomplete };

/// What `text`, which is not empty, begins with: a character, the longest beginning of one that goes wrong, or one that
/// the text's end cuts. Source: the Unicode Standard, table 3-7, and "substitution of maximal subparts".
struct Utf8Step {
    Utf8 kind;
    std::size_t bytes;
};

constexpr Utf8Step utf8_step(std::string_view text) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    const unsigned lead = byte(0);
    if (lead < 0x80) return {Utf8::character, 1};
    if (lead < 0xc2 || lead > 0xf4) return {Utf8::invalid, 1};
    const std::size_t length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    // The second byte's range keeps out overlong forms, surrogates and what lies above U+10FFFF.
    const unsigned lowest = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    const unsigned highest = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    for (std::size_t at = 1; at < length; ++at) {
        if (at == text.size()) return {Utf8::incomplete, at};
        const bool fits = at == 1 ? byte(at) >= lowest && byte(at) <= highest : (byte(at) & 0xc0) == 0x80;
        if (!fits) return {Utf8::invalid, at};
    }
    return {Utf8::character, length};
}

/// How many bytes `text` begins with before the first that is not of a whole character.
inline std::size_t valid_utf8_bytes(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size()) {
        std::uint64_t eight = 0;
        if (text.size() - at >= sizeof eight) {
            std::memcpy(&eight, text.data() + at, sizeof eight);
            if ((eight & 0x8080808080808080u) == 0) {
                at += sizeof eight;
                continue;
            }
        }
        const Utf8Step step = utf8_step(text.substr(at));
        if (step.kind != Utf8::character) return at;
        at += step.bytes;
    }
    return at;
}

}  // namespace detail

/// Whether the bytes are UTF-8: no sequence is cut, longer than it need be, a surrogate or beyond U+10FFFF.
inline bool is_utf8(std::string_view text) {
    return detail::valid_utf8_bytes(text) == text.size();
}

}  // namespace genotype::inline v0_1
