// UTF-8 that is repaired, and put together from pieces that end within characters.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "genotype/files/utf8.hpp"
#include "genotype/shape/error.hpp"

namespace genotype::inline v0_1 {
namespace detail {

inline constexpr std::string_view replacement_character = "\xef\xbf\xbd";  // U+FFFD

/// Throws `Error` for a text that is no UTF-8.
inline void expect_utf8(std::string_view text) {
    if (const std::size_t good = valid_utf8_bytes(text); good < text.size())
        fail("text", concat("byte ", good), "something else", "UTF-8");
}

inline void append_valid_utf8(std::string& valid, std::string_view text) {
    while (!text.empty()) {
        const std::size_t good = valid_utf8_bytes(text);
        valid += text.substr(0, good);
        text.remove_prefix(good);
        if (text.empty()) break;
        valid += replacement_character;
        text.remove_prefix(utf8_step(text).bytes);
    }
}

}  // namespace detail

/// Puts U+FFFD in the place of whatever is no UTF-8. Python: `bytes.decode("utf-8", errors="replace")`.
inline std::string replace_invalid_utf8(std::string_view text) {
    std::string valid;
    valid.reserve(text.size());
    detail::append_valid_utf8(valid, text);
    return valid;
}

/// Makes text of bytes that come in pieces, as tokens do: a character goes out when its last byte is there. The pieces
/// that go out, and what `finish` returns, together are `replace_invalid_utf8` of all bytes.
class Utf8Stream {
  public:
    /// Takes more bytes and returns the text that is complete now.
    std::string push(std::string_view bytes) {
        std::string text;
        push(bytes, text);
        return text;
    }
    /// The same, and puts it behind `text`.
    void push(std::string_view bytes, std::string& text) {
        held_ += bytes;
        std::size_t ready = held_.size();
        for (std::size_t back = 1; back <= 3 && back <= held_.size(); ++back) {
            const std::string_view end = std::string_view(held_).substr(held_.size() - back);
            if ((static_cast<unsigned char>(end[0]) & 0xc0) == 0x80) continue;
            if (detail::utf8_step(end).kind == detail::Utf8::incomplete) ready -= back;
            break;
        }
        detail::append_valid_utf8(text, std::string_view(held_).substr(0, ready));
        held_.erase(0, ready);
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

}  // namespace genotype::inline v0_1
