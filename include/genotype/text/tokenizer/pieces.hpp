// SentencePiece's way of writing tokens: characters as they are, a space as U+2581, and bytes as <0xE9>.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "genotype/files/utf8.hpp"
#include "genotype/text/tokenizer/text_pieces.hpp"

namespace genotype::inline v0_1 {

/// Whether a space comes before a text, so that its first word is the same as within it. `tokenizers`: the
/// `prepend_scheme` of `Metaspace`; `each` is the normaliser `Prepend`.
enum class SpacePrefix {
    never,
    first,   // at a text's beginning, where there is none
    always,  // and behind each added token
    each     // and where there is one, too
};

namespace detail {

inline constexpr std::string_view piece_space = "\xe2\x96\x81";  // U+2581

/// "<0xE9>" is that byte.
inline std::optional<char> byte_of_piece(std::string_view token) {
    if (token.size() != 6 || !token.starts_with("<0x") || !token.ends_with('>')) return {};
    int byte = 0;
    for (const char digit : token.substr(3, 2)) {
        const bool is_number = digit >= '0' && digit <= '9', is_letter = digit >= 'A' && digit <= 'F';
        if (!is_number && !is_letter) return {};
        byte = byte * 16 + (is_number ? digit - '0' : digit - 'A' + 10);
    }
    return static_cast<char>(byte);
}
inline std::string piece_of_byte(unsigned char byte) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    return std::string("<0x") + digits[byte >> 4] + digits[byte & 15] + '>';
}

/// With a space for each U+2581.
inline std::string text_of_piece(std::string_view token) {
    std::string text;
    while (!token.empty()) {
        const std::size_t at = token.find(piece_space);
        text += token.substr(0, at);
        if (at == std::string_view::npos) break;
        text += ' ';
        token.remove_prefix(at + piece_space.size());
    }
    return text;
}
/// A text's spaces, which U+2581 stands for too, and one before it where `prefix` says so.
inline std::string spaced_text(std::string_view text, SpacePrefix prefix, bool is_first) {
    std::string spaced = text_of_piece(text);
    const bool is_wanted = prefix == SpacePrefix::always || (prefix == SpacePrefix::first && is_first);
    if (prefix == SpacePrefix::each || (is_wanted && !spaced.starts_with(' '))) spaced.insert(0, 1, ' ');
    return spaced;
}

/// Puts tokens' texts together: a row of bytes that is no UTF-8 becomes U+FFFD for each of them, as `ByteFallback` has
/// it.
class PieceText {
  public:
    void add(std::string_view text) {
        finish();
        text_ += text;
    }
    void add_byte(char byte) { bytes_ += byte; }
    /// The whole, without the space that `strip` takes from its beginning.
    std::string take(bool strip) {
        finish();
        if (strip && text_.starts_with(' ')) text_.erase(0, 1);
        return std::move(text_);
    }

  private:
    void finish() {
        if (is_utf8(bytes_))
            text_ += bytes_;
        else
            for (std::size_t byte = 0; byte < bytes_.size(); ++byte) text_ += replacement_character;
        bytes_.clear();
    }

    std::string text_ = {}, bytes_ = {};
};

}  // namespace detail
}  // namespace genotype::inline v0_1
