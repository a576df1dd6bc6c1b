// What a tokenizer is made of, and the options of its calls.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "genotype/text/tokenizer/merges.hpp"
#include "genotype/text/tokenizer/pieces.hpp"
#include "genotype/text/tokenizer/pre_tokenizer.hpp"

namespace genotype::inline v0_1 {

/// A token that is found in a text as it stands, before the text is cut into words.
struct AddedToken {
    TokenId id = -1;
    bool special = true;      // left out by `decode`, unless asked for
    bool normalized = false;  // looked for only where those that are not normalised left something
    bool in_model = true;     // false: byte pair encoding does not know it
    bool lstrip = false;      // the spaces before it go with it
    bool rstrip = false;      // and those behind it
};

/// Rules of a vocabulary of SentencePiece's whose words byte pair encoding merges, such as Llama 2's. A text is one
/// word, or one before each space. `tokenizers`: `models.BPE` with `Metaspace`, or `Prepend` and `Replace`.
struct PieceRules {
    SpacePrefix prefix = SpacePrefix::always;
    bool split = false;                // each space begins a word
    bool byte_fallback = true;         // a character without a token becomes bytes, where these have tokens
    std::optional<TokenId> unknown{};  // or this token; otherwise it is an `Error`
    bool fuse_unknown = true;          // one for several such characters
    bool strip = true;                 // `decode` leaves out a text's first space
};

/// What a tokenizer is made of. A folder's files (`load_tokenizer`) and GGUF's metadata both come down to this.
struct TokenizerParts {
    std::vector<std::string> tokens = {};  // by id, in characters of the byte-level alphabet; "" where there is none
    std::vector<std::string> merges = {};  // "Ġ t", the first of them first
    std::vector<AddedToken> added = {};
    PreTokenizer pre_tokenizer = PreTokenizer::gpt2;
    bool add_prefix_space = false;     // before each piece of text that does not begin with one
    bool ignore_merges = false;        // a word that is a token is that token, whatever the merges make of it
    std::vector<TokenId> prefix = {};  // before each text: Llama 3's <|begin_of_text|>
    std::vector<TokenId> suffix = {};
    std::vector<TextSplit> splits = {};  // one after the other, where `pre_tokenizer` is `splits`
    bool nfc = false;                    // what lies between added tokens is brought into that form of Unicode first
    std::optional<PieceRules> pieces{};  // tokens are written as SentencePiece does, not in the byte-level alphabet
};

/// `refuse`: a byte that the vocabulary has no token for is an `Error`; `skip`: it is left out, as `tokenizers` does.
enum class UnknownBytes { refuse, skip };

struct EncodeOptions {
    bool add_special_tokens = true;  // the prefix and the suffix
    UnknownBytes unknown_bytes = UnknownBytes::refuse;
};
struct DecodeOptions {
    bool skip_special_tokens = true;
};

}  // namespace genotype::inline v0_1
