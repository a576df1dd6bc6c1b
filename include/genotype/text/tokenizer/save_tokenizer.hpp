// Tokenizers to files.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "genotype/files/atomic_file.hpp"
#include "genotype/text/tokenizer/tokenizer.hpp"

namespace genotype::inline v0_1 {

/// Writes a tokenizer to a folder that is there, as vocab.json, merges.txt and a tokenizer_config.json that says what
/// is special, which `load_tokenizer` reads, and transformers too. `Error` where it has what these files cannot say
/// (another pre-tokenizer, a prefix, added tokens). Equivalent: `transformers.GPT2Tokenizer.save_pretrained`.
inline void save_tokenizer(const Tokenizer& tokenizer, const std::filesystem::path& folder) {
    const TokenizerParts& parts = tokenizer.parts();
    const auto expect = [](bool right, const char* field, const char* expected) {
        if (!right) fail("tokenizer", field, "another", std::string(expected) + ", to be vocab.json and merges.txt");
    };
    expect(parts.pre_tokenizer == PreTokenizer::gpt2, "pre-tokenizer", "GPT-2's");
    expect(!parts.pieces, "vocabulary", "of the byte-level alphabet");
    expect(!parts.nfc, "normalizer", "none");
    expect(!parts.add_prefix_space, "add_prefix_space", "false");
    expect(!parts.ignore_merges, "ignore_merges", "false");
    expect(parts.prefix.empty() && parts.suffix.empty(), "prefix and suffix", "none");
    for (const AddedToken& added : parts.added)
        expect(tokenizer.token(added.id) == "<|endoftext|>" && added.special && !added.normalized && added.in_model,
               "added token", "<|endoftext|> alone");
    nlohmann::ordered_json vocabulary = nlohmann::ordered_json::object();
    std::string merges = "#version: 0.2\n";
    for (std::size_t id = 0; id < parts.tokens.size(); ++id)
        if (!parts.tokens[id].empty()) vocabulary[parts.tokens[id]] = id;
    for (const std::string& merge : parts.merges) merges += merge + "\n";
    // That there are no others, whatever older files the folder has; null: without <|endoftext|>, a token by default.
    nlohmann::ordered_json config{{"added_tokens_decoder", nlohmann::ordered_json::object()},
                                  {"tokenizer_class", "GPT2Tokenizer"}};
    if (parts.added.empty())
        for (const char* role : {"bos_token", "eos_token", "unk_token"}) config[role] = nullptr;
    write_file(folder / "tokenizer_config.json", config.dump() + "\n");
    write_file(folder / "vocab.json", vocabulary.dump() + "\n");
    write_file(folder / "merges.txt", merges);
}

}  // namespace genotype::inline v0_1
