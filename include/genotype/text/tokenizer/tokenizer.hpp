// A BPE tokenizer, of bytes or of SentencePiece's pieces: from text to what a language model reads, and back.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "genotype/files/code_points.hpp"
#include "genotype/io/words.hpp"
#include "genotype/shape/error.hpp"
#include "genotype/text/tokenizer/added_tokens.hpp"
#include "genotype/text/tokenizer/byte_level.hpp"
#include "genotype/text/tokenizer/merges.hpp"
#include "genotype/text/tokenizer/nfc.hpp"
#include "genotype/text/tokenizer/pieces.hpp"
#include "genotype/text/tokenizer/pre_tokenizer.hpp"
#include "genotype/text/tokenizer/text_pieces.hpp"
#include "genotype/text/tokenizer/token_table.hpp"
#include "genotype/text/tokenizer/tokenizer_parts.hpp"

namespace genotype::inline v0_1 {

/// Using it is const and re-entrant: any number of threads may share one. It is a value: copies are apart.
/// Equivalent: `tokenizers.Tokenizer` with `models.BPE`, and a byte-level pre-tokenizer or SentencePiece's pieces.
///
///     const Tokenizer tokenizer = load_tokenizer("gpt2");
///     const std::vector<TokenId> ids = tokenizer.encode("Hello world");  // {15496, 995}
///     const std::string text = tokenizer.decode(ids);
class Tokenizer {
  public:
    /// `where` begins the messages of errors: a token there twice, a merge of tokens that are not there, and so on.
    explicit Tokenizer(TokenizerParts parts, const std::string& where = "tokenizer")
        : parts_(std::move(parts)), words_of_(parts_.pre_tokenizer, parts_.splits, where) {
        if (parts_.nfc && parts_.pieces) fail(where, "nfc", "true", "false, with pieces");
        if (parts_.nfc) nfc_ = std::make_shared<const detail::Nfc>();
        number_tokens(where);
        add_tokens(where);
        for (int byte = 0; byte < 256; ++byte) {
            const char letter = static_cast<char>(byte);
            const std::string token =
                parts_.pieces ? detail::piece_of_byte(static_cast<unsigned char>(byte)) : to_byte_level({&letter, 1});
            of_byte_[static_cast<std::size_t>(byte)] = model_token(token).value_or(-1);
        }
        add_merges(where);
        if (parts_.pieces)
            add_characters();
        else
            add_words();
    }

    /// The ids of a text in UTF-8. `Error` where it is none (see `replace_invalid_utf8`).
    std::vector<TokenId> encode(std::string_view text, EncodeOptions options = {}) const {
        detail::expect_utf8(text);
        if (text.size() > std::numeric_limits<std::uint32_t>::max())
            fail("text", "size", detail::concat(text.size(), " bytes"), "4294967295 at most");
        std::vector<TokenId> ids;
        ids.reserve(text.size() / 3 + parts_.prefix.size() + parts_.suffix.size());
        if (options.add_special_tokens) ids = parts_.prefix;
        const auto token = [&](TokenId id) { ids.push_back(id); };
        std::string with_space, in_form;
        as_they_stand_.split(
            text,
            [&](std::string_view part) {
                normalized_.split(
                    nfc_ ? (*nfc_)(part, in_form) : part,
                    [&](std::string_view plain) {
                        if (parts_.pieces) return encode_pieces(plain, plain.data() == text.data(), ids);
                        if (parts_.add_prefix_space && !plain.starts_with(' '))
                            plain = with_space.assign(1, ' ').append(plain);
                        words_of_.for_each_word(plain, [&](std::string_view word) { encode_word(word, options, ids); });
                    },
                    token);
            },
            token);
        if (options.add_special_tokens) ids.insert(ids.end(), parts_.suffix.begin(), parts_.suffix.end());
        return ids;
    }

    /// The text of ids, in UTF-8: bytes that make no character become U+FFFD. Ids that no token has, as a model with a
    /// padded vocabulary may choose them, have no text. `Error` where an id is negative.
    std::string decode(std::span<const TokenId> ids, DecodeOptions options = {}) const {
        if (parts_.pieces) return decode_pieces(ids, options);
        std::string bytes;
        for (const TokenId id : ids)
            if (!options.skip_special_tokens || !is_special(id)) bytes += token_bytes(id);
        return is_utf8(bytes) ? bytes : replace_invalid_utf8(bytes);
    }

    /// The bytes that a token stands for, perhaps a part of a character: what a `Utf8Stream` takes. None where no token
    /// has this id. `Error` where it is negative.
    std::string_view token_bytes(TokenId id) const {
        if (id < 0) check(id);
        return is_token(id) ? bytes_[id] : std::string_view();
    }
    /// The token as the vocabulary writes it: "Ġthe". `Error` where there is no such token.
    const std::string& token(TokenId id) const {
        check(id);
        return parts_.tokens[static_cast<std::size_t>(id)];
    }
    /// False where no token has this id. `Error` where it is negative.
    bool is_special(TokenId id) const {
        if (id < 0) check(id);
        return is_token(id) && special_[static_cast<std::size_t>(id)];
    }
    /// The number of a token as the vocabulary writes it.
    std::optional<TokenId> id(const std::string& token) const {
        const auto found = ids_.find(token);
        return found == ids_.end() ? std::nullopt : std::optional(found->second);
    }
    /// One more than the highest id.
    int size() const { return static_cast<int>(parts_.tokens.size()); }
    const TokenizerParts& parts() const { return parts_; }

  private:
    bool is_token(TokenId id) const {
        return id >= 0 && id < size() && !parts_.tokens[static_cast<std::size_t>(id)].empty();
    }
    void check(TokenId id) const {
        if (!is_token(id)) fail("tokenizer", "token id", id, detail::concat("one of its tokens, 0 to ", size() - 1));
    }

    void number_tokens(const std::string& where) {
        const std::size_t count = parts_.tokens.size();
        if (count == 0 || count > std::numeric_limits<TokenId>::max()) fail(where, "tokens", count, "1 to 2147483647");
        for (std::size_t at = 0; at < count; ++at) {
            const std::string& token = parts_.tokens[at];
            const auto id = static_cast<TokenId>(at);
            const std::optional<std::string> bytes = parts_.pieces ? bytes_of_piece(token) : from_byte_level(token);
            byte_level_.push_back(bytes.has_value());
            bytes_.append(bytes ? *bytes : token);
            if (token.empty()) continue;
            const auto [other, is_new] = ids_.emplace(token, id);
            if (!is_new)
                fail(where, detail::concat("token ", detail::in_quotes(token)),
                     detail::concat("ids ", other->second, " and ", id), "one id");
        }
        special_.resize(count);
        in_model_.resize(count, true);
    }

    void add_tokens(const std::string& where) {
        for (const AddedToken& added : parts_.added) {
            if (!is_token(added.id)) fail(where, "added token", detail::concat("id ", added.id), "the id of a token");
            const auto at = static_cast<std::size_t>(added.id);
            special_[at] = added.special;
            in_model_[at] = added.in_model;
            std::string memory;
            const bool is_in_form = added.normalized && nfc_;
            const std::string_view word = is_in_form ? (*nfc_)(parts_.tokens[at], memory) : parts_.tokens[at];
            (added.normalized ? normalized_ : as_they_stand_).insert(word, added.id, added.lstrip, added.rstrip);
        }
        for (const auto* list : {&parts_.prefix, &parts_.suffix})
            for (const TokenId id : *list)
                if (!is_token(id))
                    fail(where, list == &parts_.prefix ? "prefix" : "suffix", detail::concat("id ", id),
                         "the id of a token");
    }

    void add_merges(const std::string& where) {
        merges_ = detail::MergeTable(parts_.merges.size());
        for (std::size_t rank = 0; rank < parts_.merges.size(); ++rank) {
            const std::string& line = parts_.merges[rank];
            const auto wrong = [&](const std::string& expected) {
                fail(where, detail::concat("merge ", rank), detail::in_quotes(line), expected);
            };
            const std::size_t space = line.find(' ');
            if (space == std::string::npos || line.find(' ', space + 1) != std::string::npos)
                wrong("two tokens with one space between them");
            const std::string left = line.substr(0, space), right = line.substr(space + 1);
            const auto first = model_token(left), second = model_token(right), both = model_token(left + right);
            if (!first || !second || !both)
                wrong("a token for " + detail::in_quotes(!first ? left : !second ? right : left + right));
            if (!merges_.insert(*first, *second, {static_cast<std::int32_t>(rank), *both})) wrong("each merge once");
        }
    }

    /// Words that are tokens need no merging later: those that merging leads to, or all where merges are ignored.
    void add_words() {
        words_ = detail::WordTable(parts_.tokens.size());
        std::vector<TokenId> ids;
        for (TokenId id = 0; id < size(); ++id) {
            const auto at = static_cast<std::size_t>(id);
            if (!is_token(id) || !byte_level_[at] || !in_model_[at]) continue;
            if (!parts_.ignore_merges) {
                ids.clear();
                merge_bytes(bytes_[id], {.unknown_bytes = UnknownBytes::skip}, ids);
                if (ids.size() != 1 || ids[0] != id) continue;
            }
            words_.insert(bytes_, id);
        }
    }

    /// Of pieces: those that are one character, which merging begins with.
    void add_characters() {
        words_ = detail::WordTable(parts_.tokens.size());
        for (TokenId id = 0; id < size(); ++id) {
            const std::string_view bytes = bytes_[id];
            const auto at = static_cast<std::size_t>(id);
            if (is_token(id) && in_model_[at] && !is_byte(id) && detail::utf8_step(bytes).bytes == bytes.size())
                words_.insert(bytes_, id);
        }
    }
    /// Of pieces.
    bool is_byte(TokenId id) const {
        return parts_.pieces->byte_fallback && detail::byte_of_piece(parts_.tokens[static_cast<std::size_t>(id)]);
    }

    std::optional<std::string> bytes_of_piece(const std::string& token) const {
        const std::optional<char> byte = parts_.pieces->byte_fallback ? detail::byte_of_piece(token) : std::nullopt;
        return byte ? std::string(1, *byte) : detail::text_of_piece(token);
    }
    std::string decode_pieces(std::span<const TokenId> ids, DecodeOptions options) const {
        detail::PieceText text;
        for (const TokenId id : ids) {
            if (options.skip_special_tokens && is_special(id)) continue;
            const std::string_view bytes = token_bytes(id);
            if (is_token(id) && is_byte(id))
                text.add_byte(bytes[0]);
            else
                text.add(bytes);
        }
        return text.take(parts_.pieces->strip);
    }
    /// `is_first`: it is a text's beginning.
    void encode_pieces(std::string_view text, bool is_first, std::vector<TokenId>& ids) const {
        const std::string spaced = detail::spaced_text(text, parts_.pieces->prefix, is_first);
        std::size_t begin = ids.size();
        const auto merge = [&] {
            ids.resize(begin + detail::merge_word(merges_, std::span(ids).subspan(begin)));
            begin = ids.size();
        };
        for (std::string_view rest = spaced; !rest.empty();) {
            const std::string_view character = detail::first_character(rest);
            rest.remove_prefix(character.size());
            if (parts_.pieces->split && character == " ") merge();
            put_character(character, begin, ids);
        }
        merge();
    }
    void put_character(std::string_view character, std::size_t begin, std::vector<TokenId>& ids) const {
        const PieceRules& rules = *parts_.pieces;
        if (const TokenId own = words_.find(bytes_, character); own >= 0) return ids.push_back(own);
        const auto token_of = [&](char byte) { return of_byte_[static_cast<unsigned char>(byte)]; };
        if (rules.byte_fallback && std::ranges::all_of(character, [&](char byte) { return token_of(byte) >= 0; }))
            for (const char byte : character) ids.push_back(token_of(byte));
        else if (!rules.unknown)
            fail("text", detail::concat("character ", detail::in_quotes(character)), "no token for it",
                 "a character that the vocabulary has");
        else if (!rules.fuse_unknown || ids.size() == begin || ids.back() != *rules.unknown)
            ids.push_back(*rules.unknown);
    }

    std::optional<TokenId> model_token(const std::string& token) const {
        const std::optional<TokenId> found = id(token);
        return found && in_model_[static_cast<std::size_t>(*found)] ? found : std::nullopt;
    }

    void encode_word(std::string_view word, EncodeOptions options, std::vector<TokenId>& ids) const {
        if (const TokenId whole = words_.find(bytes_, word); whole >= 0)
            ids.push_back(whole);
        else
            merge_bytes(word, options, ids);
    }

    void merge_bytes(std::string_view word, EncodeOptions options, std::vector<TokenId>& ids) const {
        const std::size_t before = ids.size();
        for (const char letter : word) {
            const TokenId id = of_byte_[static_cast<unsigned char>(letter)];
            if (id >= 0)
                ids.push_back(id);
            else if (options.unknown_bytes == UnknownBytes::refuse)
                fail("text", detail::concat("byte ", static_cast<unsigned char>(letter)), "no token for it",
                     "a byte that the vocabulary has (or UnknownBytes::skip)");
        }
        ids.resize(before + detail::merge_word(merges_, std::span(ids).subspan(before)));
    }

    TokenizerParts parts_;
    detail::WordCuts words_of_;
    std::shared_ptr<const detail::Nfc> nfc_;  // null: texts stay as they are
    std::unordered_map<std::string, TokenId> ids_;
    detail::TokenBytes bytes_;
    std::vector<bool> byte_level_, special_, in_model_;  // by id
    detail::AddedTokens as_they_stand_, normalized_;
    std::array<TokenId, 256> of_byte_{};
    detail::MergeTable merges_;
    detail::WordTable words_;
};

}  // namespace genotype::inline v0_1
