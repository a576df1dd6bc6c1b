// A vocabulary of one's own: the 256 bytes, the merges' results, and two special tokens.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "genotype/text/tokenizer/tokenizer.hpp"

/// Token `byte` is that byte; merge k makes token 256 + k.
inline genotype::TokenizerParts small_parts(std::vector<std::string> merges = {"h e", "l l", "he ll", "hell o", "Ġ w",
                                                                               "o r", "Ġw or", "l d", "Ġwor ld", "a a",
                                                                               "aa aa", "Ġ Ġ"}) {
    genotype::TokenizerParts parts;
    for (int byte = 0; byte < 256; ++byte) {
        const char letter = static_cast<char>(byte);
        parts.tokens.push_back(genotype::to_byte_level({&letter, 1}));
    }
    for (const std::string& merge : merges) {
        const auto space = merge.find(' ');
        parts.tokens.push_back(merge.substr(0, space) + merge.substr(space + 1));
    }
    parts.merges = std::move(merges);
    return parts;
}

/// Adds a token behind all others and returns its id.
inline genotype::TokenId add(genotype::TokenizerParts& parts, const std::string& content,
                             genotype::AddedToken token = {}) {
    token.id = static_cast<genotype::TokenId>(parts.tokens.size());
    parts.tokens.push_back(content);
    parts.added.push_back(token);
    return token.id;
}
