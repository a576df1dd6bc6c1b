// Tokenizers from files: Hugging Face's tokenizer.json, or GPT-2's vocab.json with merges.txt; or GGUF.
#pragma once

#include <filesystem>
#include <string>

#include "genotype/text/files/gguf_path.hpp"
#include "genotype/text/files/read_text.hpp"
#include "genotype/text/tokenizer/tokenizer_folder.hpp"
#include "genotype/text/tokenizer/tokenizer_gguf.hpp"
#include "genotype/text/tokenizer/tokenizer_json.hpp"

namespace genotype::inline v0_1 {
/// Reads a tokenizer from a folder with tokenizer.json, which comes first, or with vocab.json and merges.txt; or from a
/// file that is a tokenizer.json or a GGUF file. Of a folder tokenizer_config.json, special_tokens_map.json and
/// added_tokens.json are read too, with the ids that transformers 5 makes of them all: of vocab.json those of its
/// `GPT2Tokenizer`, which adds <|endoftext|> where there is none and no file has null for it, or of a `Qwen2Tokenizer`
/// where a file names that. A tokenizer.json's rules hold whatever class the folder names; its truncation and padding
/// change nothing. Nothing is fetched from anywhere. What would give other ids (another normaliser than NFC, another
/// model than BPE, an unknown expression or class, files that contradict each other) is an `Error` that names the
/// field.
/// Equivalent: `transformers.AutoTokenizer.from_pretrained(path)`, and of a file `tokenizers.Tokenizer.from_file`.
inline Tokenizer load_tokenizer(const std::filesystem::path& path) {
    namespace fs = std::filesystem;
    std::error_code ignored;
    const auto has = [&](const char* name) { return detail::has_entry(path / name); };
    const auto from_json = [](const fs::path& file) {
        return Tokenizer(detail::read_tokenizer_json(detail::read_text(file), file.string()), file.string());
    };
    if (const auto gguf = detail::find_gguf(path))
        return Tokenizer(detail::read_tokenizer_gguf(Gguf(*gguf)), gguf->string());
    if (!fs::is_directory(path, ignored)) {
        if (!fs::exists(path, ignored))
            fail(path.string(), "file", "nothing of this name",
                 "a folder in Hugging Face's form, a tokenizer.json or a GGUF file; nothing is fetched");
        return from_json(path);
    }
    detail::FolderTexts files(path);
    files.read({"tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "config.json"});
    if (has("tokenizer.json")) {
        files.read({"tokenizer.json"});
        return Tokenizer(detail::TokenizerFolder(files).read(), files.path("tokenizer.json"));
    }
    const bool has_vocabulary = has("vocab.json"), has_merges = has("merges.txt");
    if (!has_vocabulary || !has_merges) {
        const std::string elsewhere = detail::model_elsewhere(path);
        fail(path.string(), "tokenizer",
             has_vocabulary           ? "vocab.json alone"
             : has_merges             ? "merges.txt alone"
             : has("tokenizer.model") ? "tokenizer.model alone (SentencePiece, which is not read)"
                                      : "none of tokenizer.json, vocab.json, merges.txt",
             elsewhere.empty() ? "tokenizer.json, or vocab.json and merges.txt"
                               : "tokenizer.json, or vocab.json and merges.txt; or " + elsewhere);
    }
    files.read({"vocab.json", "merges.txt"});
    return Tokenizer(detail::TokenizerFolder(files).read(), path.string());
}

}  // namespace genotype::inline v0_1
