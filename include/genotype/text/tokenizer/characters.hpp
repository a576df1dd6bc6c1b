// Characters as tokens: the vocabulary of a text, for models that are small.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "genotype/shape/error.hpp"
#include "genotype/text/tokenizer/byte_level.hpp"
#include "genotype/text/tokenizer/text_pieces.hpp"
#include "genotype/text/tokenizer/tokenizer.hpp"

namespace genotype::inline v0_1 {

/// A tokenizer with a token for each different character (code point) of a text in UTF-8, in the order of the code
/// points, from 0. As it is a byte-level BPE like any other, the bytes of characters that have several are tokens as
/// well, behind the characters, with the merges of them: of a text in ASCII there are none. Other characters are an
/// `Error` when they are encoded. `Error` where the text is empty or no UTF-8.
/// Equivalent: `stoi` and `itos` of nanoGPT's data/shakespeare_char.
inline Tokenizer character_tokenizer(std::string_view text) {
    if (text.empty()) fail("text", "characters", "none", "one at least");
    detail::expect_utf8(text);
    std::set<std::string_view> characters;  // UTF-8's order of bytes is that of code points
    for (std::string_view rest = text; !rest.empty();) {
        const std::size_t bytes = detail::utf8_step(rest).bytes;
        characters.insert(rest.substr(0, bytes));
        rest.remove_prefix(bytes);
    }
    TokenizerParts parts;
    std::set<std::string_view> pieces, joined;  // of characters of several bytes: what they are made of, and how
    for (const std::string_view character : characters) {
        parts.tokens.push_back(to_byte_level(character));
        if (character.size() == 1) continue;
        for (std::size_t at = 0; at < character.size(); ++at) pieces.insert(character.substr(at, 1));
        for (std::size_t length = 2; length < character.size(); ++length) pieces.insert(character.substr(0, length));
        for (std::size_t length = 2; length <= character.size(); ++length) joined.insert(character.substr(0, length));
    }
    for (const std::string_view piece : pieces) parts.tokens.push_back(to_byte_level(piece));
    for (const std::string_view whole : joined)
        parts.merges.push_back(to_byte_level(whole.substr(0, whole.size() - 1)) + " " +
                               to_byte_level(whole.substr(whole.size() - 1)));
    return Tokenizer(std::move(parts), "characters");
}

}  // namespace genotype::inline v0_1
