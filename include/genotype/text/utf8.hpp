// UTF-8: checked, repaired, and put together from pieces that end within characters.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace genotype {
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

inline constexpr std::string_view replacement_character = "\xef\xbf\xbd";  // U+FFFD

}  // namespace detail

inline bool is_utf8(std::string_view text) {
    return detail::valid_utf8_bytes(text) == text.size();
}

/// Puts U+FFFD in the place of whatever is no UTF-8. Python: `bytes.decode("utf-8", errors="replace")`.
inline std::string replace_invalid_utf8(std::string_view text) {
    std::string valid;
    valid.reserve(text.size());
    while (!text.empty()) {
        const std::size_t good = detail::valid_utf8_bytes(text);
        valid += text.substr(0, good);
        text.remove_prefix(good);
        if (text.empty()) break;
        valid += detail::replacement_character;
        text.remove_prefix(detail::utf8_step(text).bytes);
    }
    return valid;
}

/// Makes text of bytes that come in pieces, as tokens do: a character goes out when its last byte is there. The pieces
/// that go out, and what `finish` returns, together are `replace_invalid_utf8` of all bytes.
class Utf8Stream {
  public:
    /// Takes more bytes and returns the text that is complete now.
    std::string push(std::string_view bytes) {
        held_ += bytes;
        std::size_t ready = held_.size();
        for (std::size_t back = 1; back <= 3 && back <= held_.size(); ++back) {
            const std::string_view end = std::string_view(held_).substr(held_.size() - back);
            if ((static_cast<unsigned char>(end[0]) & 0xc0) == 0x80) continue;
            if (detail::utf8_step(end).kind == detail::Utf8::incomplete) ready -= back;
            break;
        }
        std::string text = replace_invalid_utf8(std::string_view(held_).substr(0, ready));
        held_.erase(0, ready);
        return text;
    }

    /// The end: a character that is not complete becomes U+FFFD.
    std::string finish() {
        std::string text = replace_invalid_utf8(held_);
        held_.clear();
        return text;
    }

  private:
    std::string held_;  // 3 bytes at most, between calls
};

}  // namespace genotype
