// The tokenizer that a GGUF file's metadata describe.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

/// What the metadata say. Another vocabulary than byte-level BPE's, SentencePiece's for one, is an `Error`.
inline TokenizerParts read_tokenizer_gguf(const Gguf& file) {
    const auto wrong = [&](std::string_view key, const std::string& found, const std::string& expected) {
        fail(file.name(), in_quotes(key), found, expected);
    };
    constexpr std::string_view model_name_key = "tokenizer.ggml.model", tokens_key = "tokenizer.ggml.tokens",
                               types_key = "tokenizer.ggml.token_type", merges_key = "tokenizer.ggml.merges";
    if (const std::string_view model = file.get_string(model_name_key); model != "gpt2")
        wrong(model_name_key, in_quotes(model) + (model == "llama" ? " (SentencePiece)" : ""),
              "\"gpt2\" (byte-level BPE)");
    const auto tokens = file.get<std::vector<std::string_view>>(tokens_key);
    const auto types = gguf_token_types(file, tokens.size());
    const auto merges = file.get<std::vector<std::string_view>>(merges_key);
    if (types.size() != tokens.size())
        wrong(types_key, std::to_string(types.size()) + " types",
              std::to_string(tokens.size()) + ", one for each token");

    TokenizerParts parts;
    parts.pre_tokenizer = read_gguf_pre_tokenizer(file);
    const bool is_llama3 = parts.pre_tokenizer == PreTokenizer::llama3;
    parts.ignore_merges = is_llama3;
    parts.nfc = parts.pre_tokenizer == PreTokenizer::qwen2;  // as the model's own files, though not in llama.cpp
    parts.tokens.assign(tokens.begin(), tokens.end());
    parts.merges.assign(merges.begin(), merges.end());
    enum : std::int32_t { normal = 1, control = 3, user_defined = 4, unused = 5 };
    for (std::size_t id = 0; id < types.size(); ++id) {
        if (types[id] == control || types[id] == user_defined)
            parts.added.push_back({.id = static_cast<TokenId>(id), .special = types[id] == control});
        else if (types[id] == unused)
            parts.tokens[id].clear();  // "[PAD128255]": an id that no token has
        else if (types[id] != normal)
            wrong(types_key, std::to_string(types[id]) + " for token " + std::to_string(id),
                  "1 (normal), 3 (control), 4 (user defined) or 5 (unused)");
    }

    // Where a file says nothing, llama.cpp puts the first token before texts of Llama 3 alone, as Meta's files do.
    const auto flag = [&](std::string_view key, bool if_absent) {
        return file.find_value(key) ? file.get_bool(key) : if_absent;
    };
    const auto add = [&](std::string_view flag_key, bool if_absent, std::string_view key, std::vector<TokenId>& to) {
        if (!flag(flag_key, if_absent)) return;
        const std::optional<TokenId> id = gguf_token(file, key, tokens.size());
        if (!id) wrong(key, "nothing", "a token's id: it is to be added to every text");
        to.push_back(*id);
    };
    add("tokenizer.ggml.add_bos_token", is_llama3, "tokenizer.ggml.bos_token_id", parts.prefix);
    add("tokenizer.ggml.add_eos_token", false, "tokenizer.ggml.eos_token_id", parts.suffix);
    if (flag("tokenizer.ggml.add_space_prefix", false))
        wrong("tokenizer.ggml.add_space_prefix", "true", "false: this is not supported, and would change the ids");
    return parts;
}

}  // namespace genotype::inline v0_1::detail
