// The tokenizer that a GGUF file's metadata describe.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_set>
#include <vector>

#include "genotype/files/utf8.hpp"
#include "genotype/io/gguf.hpp"
#include "genotype/text/tokenizer/tokenizer.hpp"

namespace genotype::inline v0_1::detail {

/// The rules that cut a text into words, by llama.cpp's names of them. A file from before there were such names, whose
/// model is a GPT-2, has GPT-2's. Source: llama.cpp, src/llama-vocab.cpp.
inline PreTokenizer read_gguf_pre_tokenizer(const Gguf& file) {
    constexpr std::string_view key = "tokenizer.ggml.pre";
    const std::string_view name = file.find_value(key) ? file.get_string(key) : "default";
    if (name == "gpt-2") return PreTokenizer::gpt2;
    if (name == "smollm" || name == "starcoder") return PreTokenizer::smollm;
    if (name == "llama-bpe" || name == "llama3" || name == "llama-v3") return PreTokenizer::llama3;
    if (name == "qwen2") return PreTokenizer::qwen2;
    const GgufValue* const architecture = file.find_value("general.architecture");
    if (name == "default" && architecture && architecture->as<std::string_view>() == "gpt2") return PreTokenizer::gpt2;
    fail(file.name(), in_quotes(key), in_quotes(name),
         "gpt-2, smollm, starcoder, llama-bpe, llama3, llama-v3 or qwen2 (or default, in a file of a GPT-2)");
}

/// The number of a token in the metadata, or none: where there is no such key, and where it is -1, which may stand
/// there as the largest number of 32 bits.
inline std::optional<TokenId> gguf_token(const Gguf& file, std::string_view key, std::size_t tokens) {
    if (!file.find_value(key)) return {};
    const auto id = file.get<std::int64_t>(key);
    if (id == -1 || id == std::numeric_limits<std::uint32_t>::max()) return {};
    if (id < 0 || static_cast<std::uint64_t>(id) >= tokens)
        fail(file.name(), in_quotes(key), std::to_string(id), "below " + std::to_string(tokens));
    return static_cast<TokenId>(id);
}

/// The types of all tokens. A file without them has ordinary ones, but for those that the metadata name as the ends of
/// texts and the like: those are special.
inline std::vector<std::int32_t> gguf_token_types(const Gguf& file, std::size_t tokens) {
    constexpr std::string_view key = "tokenizer.ggml.token_type";
    if (file.find_value(key)) return file.get<std::vector<std::int32_t>>(key);
    std::vector<std::int32_t> types(tokens, 1);
    for (const char* name :
         {"bos", "eos", "eot", "eom", "unknown", "seperator", "separator", "padding", "cls", "mask"}) {
        const std::string token = concat("tokenizer.ggml.", name, "_token_id");
        const GgufValue* const value = file.find_value(token);
        const auto id = value ? value->whole<std::uint64_t>() : std::nullopt;
        if (id && *id < tokens) types[*id] = 3;
    }
    return types;
}

/// The keys that more than one reader asks for.
inline constexpr std::string_view gguf_model_key = "tokenizer.ggml.model", gguf_tokens_key = "tokenizer.ggml.tokens",
                                  gguf_types_key = "tokenizer.ggml.token_type",
                                  gguf_scores_key = "tokenizer.ggml.scores",
                                  gguf_space_key = "tokenizer.ggml.add_space_prefix";

[[noreturn]] inline void wrong_gguf(const Gguf& file, std::string_view key, const std::string& found,
                                    const std::string& expected) {
    fail(file.name(), in_quotes(key), found, expected);
}
inline bool gguf_flag(const Gguf& file, std::string_view key, bool if_absent) {
    return file.find_value(key) ? file.get_bool(key) : if_absent;
}

/// The tokens, those that are found in a text as they stand, and those of pieces' bytes and of what is unknown.
inline void read_gguf_tokens(const Gguf& file, bool of_pieces, TokenizerParts& parts) {
    const auto tokens = file.get<std::vector<std::string_view>>(gguf_tokens_key);
    const auto types = gguf_token_types(file, tokens.size());
    if (types.size() != tokens.size())
        wrong_gguf(file, gguf_types_key, std::to_string(types.size()) + " types",
                   std::to_string(tokens.size()) + ", one for each token");
    parts.tokens.assign(tokens.begin(), tokens.end());
    enum : std::int32_t { normal = 1, unknown = 2, control = 3, user_defined = 4, unused = 5, byte = 6 };
    for (std::size_t id = 0; id < types.size(); ++id) {
        if (types[id] == control || types[id] == user_defined)
            parts.added.push_back({.id = static_cast<TokenId>(id), .special = types[id] == control});
        else if (types[id] == unused)
            parts.tokens[id].clear();  // "[PAD128255]": an id that no token has
        else if (types[id] == unknown && of_pieces)
            parts.pieces->unknown = static_cast<TokenId>(id);
        else if (types[id] == byte && of_pieces && byte_of_piece(parts.tokens[id]))
            parts.pieces->byte_fallback = true;
        else if (types[id] != normal)
            wrong_gguf(file, gguf_types_key, std::to_string(types[id]) + " for token " + std::to_string(id),
                       of_pieces ? "1 (normal), 2 (unknown), 3 (control), 4 (user defined), 5 (unused) or 6 (byte)"
                                 : "1 (normal), 3 (control), 4 (user defined) or 5 (unused)");
    }
}

/// What comes before each text and behind it. Where a file says nothing, llama.cpp puts the first token before texts of
/// `begins` alone.
inline void read_gguf_ends(const Gguf& file, bool begins, TokenizerParts& parts) {
    const auto add = [&](std::string_view flag, bool if_absent, std::string_view key, std::vector<TokenId>& to) {
        if (!gguf_flag(file, flag, if_absent)) return;
        const std::optional<TokenId> id = gguf_token(file, key, parts.tokens.size());
        if (!id) wrong_gguf(file, key, "nothing", "a token's id: it is to be added to every text");
        to.push_back(*id);
    };
    add("tokenizer.ggml.add_bos_token", begins, "tokenizer.ggml.bos_token_id", parts.prefix);
    add("tokenizer.ggml.add_eos_token", false, "tokenizer.ggml.eos_token_id", parts.suffix);
}

/// Of SentencePiece's vocabularies, which have scores in place of merges: two neighbours become one where that is a
/// token, those of the highest score first. Source: llama.cpp, src/llama-vocab.cpp, `llm_tokenizer_spm`.
inline std::vector<std::string> merges_of_scores(const Gguf& file, const std::vector<std::string>& tokens,
                                                 const std::vector<float>& scores) {
    constexpr std::size_t longest = 256;
    const std::size_t most = 16 * tokens.size() + 1024;
    struct Candidate {
        float score;
        std::size_t token, left_bytes;
    };
    std::unordered_set<std::string_view> known;
    for (const std::string& token : tokens)
        if (!byte_of_piece(token)) known.insert(token);
    std::vector<Candidate> candidates;
    for (std::size_t id = 0; id < tokens.size(); ++id) {
        const std::string_view token = tokens[id];
        if (byte_of_piece(token) || token.find(' ') != std::string_view::npos) continue;
        if (token.size() > longest)
            wrong_gguf(file, gguf_tokens_key, concat(token.size(), " bytes for token ", id),
                       concat(longest, " at most, in a vocabulary of SentencePiece's"));
        for (std::size_t at = utf8_step(token).bytes; at < token.size(); at += utf8_step(token.substr(at)).bytes)
            if (known.contains(token.substr(0, at)) && known.contains(token.substr(at)))
                candidates.push_back({scores[id], id, at});
        if (candidates.size() > most)
            wrong_gguf(file, gguf_tokens_key, concat("more than ", most, " pairs of tokens that make one"),
                       "as many at most: 16 a token, and some");
    }
    std::sort(candidates.begin(), candidates.end(), [](const Candidate& one, const Candidate& other) {
        return std::tie(other.score, one.token, one.left_bytes) < std::tie(one.score, other.token, other.left_bytes);
    });
    std::vector<std::string> merges;
    for (const Candidate& candidate : candidates) {
        const std::string_view token = tokens[candidate.token];
        merges.push_back(concat(token.substr(0, candidate.left_bytes), " ", token.substr(candidate.left_bytes)));
    }
    return merges;
}

inline TokenizerParts read_gguf_pieces(const Gguf& file) {
    TokenizerParts parts;
    const bool has_prefix = gguf_flag(file, gguf_space_key, true);
    parts.pieces = PieceRules{
        .prefix = has_prefix ? SpacePrefix::each : SpacePrefix::never, .byte_fallback = false, .strip = has_prefix};
    read_gguf_tokens(file, true, parts);
    const auto scores = file.get<std::vector<float>>(gguf_scores_key);
    if (scores.size() != parts.tokens.size())
        wrong_gguf(file, gguf_scores_key, std::to_string(scores.size()) + " scores",
                   std::to_string(parts.tokens.size()) + ", one for each token");
    for (std::size_t id = 0; id < scores.size(); ++id)
        if (std::isnan(scores[id]))
            wrong_gguf(file, gguf_scores_key, "NaN for token " + std::to_string(id), "a number");
    std::vector<std::string> pieces = parts.tokens;  // without those that are found as they stand
    for (const AddedToken& added : parts.added) {
        std::string& piece = pieces[static_cast<std::size_t>(added.id)];
        if (!added.special && piece.find(piece_space) != std::string::npos)
            wrong_gguf(file, gguf_types_key, concat("4 (user defined) for token ", added.id, ", ", in_quotes(piece)),
                       "a text without U+2581: this is not supported, and would change the ids");
        piece.clear();
    }
    parts.merges = merges_of_scores(file, pieces, scores);
    read_gguf_ends(file, true, parts);
    return parts;
}

/// What the metadata say. Another vocabulary than byte-level BPE's or SentencePiece's BPE is an `Error`.
inline TokenizerParts read_tokenizer_gguf(const Gguf& file) {
    const std::string_view model = file.get_string(gguf_model_key);
    if (model == "llama") return read_gguf_pieces(file);
    if (model != "gpt2")
        wrong_gguf(file, gguf_model_key, in_quotes(model),
                   "\"gpt2\" (byte-level BPE) or \"llama\" (SentencePiece's BPE)");
    TokenizerParts parts;
    parts.pre_tokenizer = read_gguf_pre_tokenizer(file);
    const bool is_llama3 = parts.pre_tokenizer == PreTokenizer::llama3;
    parts.ignore_merges = is_llama3;
    parts.nfc = parts.pre_tokenizer == PreTokenizer::qwen2;  // as the model's own files, though not in llama.cpp
    const auto merges = file.get<std::vector<std::string_view>>("tokenizer.ggml.merges");
    read_gguf_tokens(file, false, parts);
    parts.merges.assign(merges.begin(), merges.end());
    read_gguf_ends(file, is_llama3, parts);
    if (gguf_flag(file, gguf_space_key, false))
        wrong_gguf(file, gguf_space_key, "true", "false: this is not supported, and would change the ids");
    return parts;
}

}  // namespace genotype::inline v0_1::detail
