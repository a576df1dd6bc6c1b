// Tokenizers from files: Hugging Face's tokenizer.json, or GPT-2's vocab.json with merges.txt; or GGUF.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "genotype/text/gguf_path.hpp"
#include "genotype/text/read_text.hpp"
#include "genotype/text/tokenizer_gguf.hpp"
#include "genotype/text/tokenizer_json.hpp"

namespace genotype {
namespace detail {

/// What GPT-2's two files say. <|endoftext|>, where it is a token, is special, as in `transformers.GPT2Tokenizer`.
inline TokenizerParts read_gpt2_files(std::string_view vocabulary, const std::string& vocabulary_file,
                                      std::string_view merges, const std::string& merges_file) {
    const nlohmann::json json = parse_json(vocabulary, vocabulary_file);
    TokenizerParts parts;
    parts.tokens = read_vocabulary({json, vocabulary_file, "vocabulary"});
    for (std::size_t id = 0; id < parts.tokens.size(); ++id)
        if (parts.tokens[id] == "<|endoftext|>") parts.added.push_back({.id = static_cast<TokenId>(id)});
    expect_no_other_kind(merges_file, "text", merges.substr(0, 512), "merges.txt", false);
    if (!is_utf8(merges)) fail(merges_file, "text", "something else", "UTF-8");
    while (!merges.empty()) {
        std::string_view line = merges.substr(0, merges.find('\n'));
        merges.remove_prefix(std::min(merges.size(), line.size() + 1));
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (!line.starts_with("#version")) parts.merges.emplace_back(line);
    }
    return parts;
}

}  // namespace detail

/// Reads a tokenizer from a folder with tokenizer.json, which comes first, or with vocab.json and merges.txt; or from a
/// file that is a tokenizer.json or a GGUF file. Nothing is fetched from anywhere. What would give other ids than
/// Hugging Face's `tokenizers` (a normaliser, another model than BPE, an unknown expression) is an `Error` that names
/// the field. Equivalent: `tokenizers.Tokenizer.from_file`, `transformers.GPT2TokenizerFast`.
inline Tokenizer load_tokenizer(const std::filesystem::path& path) {
    namespace fs = std::filesystem;
    std::error_code ignored;
    const auto has = [&](const char* name) { return fs::exists(path / name, ignored); };
    const auto from_json = [](const fs::path& file) {
        return Tokenizer(detail::read_tokenizer_json(detail::read_text(file), file.string()), file.string());
    };
    if (const auto gguf = detail::find_gguf(path))
        return Tokenizer(detail::read_tokenizer_gguf(Gguf(*gguf)), gguf->string());
    if (!fs::is_directory(path, ignored)) return from_json(path);
    if (has("tokenizer.json")) return from_json(path / "tokenizer.json");
    const fs::path vocabulary = path / "vocab.json", merges = path / "merges.txt";
    const bool has_vocabulary = has("vocab.json"), has_merges = has("merges.txt");
    if (!has_vocabulary || !has_merges)
        fail(path.string(), "tokenizer",
             has_vocabulary           ? "vocab.json alone"
             : has_merges             ? "merges.txt alone"
             : has("tokenizer.model") ? "tokenizer.model alone (SentencePiece, which is not read)"
                                      : "none of tokenizer.json, vocab.json, merges.txt",
             "tokenizer.json, or vocab.json and merges.txt");
    return Tokenizer(detail::read_gpt2_files(detail::read_text(vocabulary), vocabulary.string(),
                                             detail::read_text(merges), merges.string()),
                     path.string());
}

}  // namespace genotype
