// GPT-2's alphabet: each of the 256 bytes as a printable character, so that a vocabulary is text.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace genotype::inline v0_1 {
namespace detail {

struct ByteLevelAlphabet {
    static constexpr std::size_t characters = 256 + 68;  // one above the highest code point in use
    std::array<char16_t, 256> of_byte{};
    std::array<short, characters> to_byte{};

    constexpr ByteLevelAlphabet() {
        to_byte.fill(-1);
        char16_t next = 256;
        for (int byte = 0; byte < 256; ++byte) {
            const bool printable =
                (byte >= '!' && byte <= '~') || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);
            const char16_t character = printable ? static_cast<char16_t>(byte) : next++;
            of_byte[static_cast<std::size_t>(byte)] = character;
            to_byte[character] = static_cast<short>(byte);
        }
    }
};
inline constexpr ByteLevelAlphabet byte_level_alphabet{};

}  // namespace detail

/// The bytes as characters of the alphabet, in UTF-8: " a" is "Ġa".
/// Equivalent: `tokenizers.pre_tokenizers.ByteLevel`. Source: bytes_to_unicode of github.com/openai/gpt-2, encoder.py.
inline std::string to_byte_level(std::string_view bytes) {
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const char byte : bytes) {
        const char16_t character = detail::byte_level_alphabet.of_byte[static_cast<unsigned char>(byte)];
        if (character < 0x80) {
            text += static_cast<char>(character);
        } else {
            text += static_cast<char>(0xc0 | character >> 6);
            text += static_cast<char>(0x80 | (character & 0x3f));
        }
    }
    return text;
}

/// The way back. Nothing where a character is not of the alphabet.
inline std::optional<std::string> from_byte_level(std::string_view text) {
    std::string bytes;
    bytes.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        unsigned character = static_cast<unsigned char>(text[at]);
        if (character >= 0x80) {  // the alphabet's other characters have two bytes each
            if (character < 0xc2 || character > 0xdf || at + 1 == text.size()) return {};
            const unsigned second = static_cast<unsigned char>(text[++at]);
            if ((second & 0xc0) != 0x80) return {};
            character = (character & 0x1f) << 6 | (second & 0x3f);
        }
        if (character >= detail::byte_level_alphabet.to_byte.size()) return {};
        const short byte = detail::byte_level_alphabet.to_byte[character];
        if (byte < 0) return {};
        bytes += static_cast<char>(byte);
    }
    return bytes;
}

}  // namespace genotype::inline v0_1
