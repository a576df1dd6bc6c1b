// Tokenizers to files.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "genotype/io/atomic_file.hpp"
#include "genotype/text/tokenizer.hpp"

namespace genotype {

/// Writes a tokenizer to a folder that is there, as vocab.json and merges.txt, which `load_tokenizer` reads. `Error`
/// where it has what GPT-2's files cannot say (another pre-tokenizer, a prefix, added tokens).
/// Equivalent: `transformers.GPT2Tokenizer.save_vocabulary`.
inline void save_tokenizer(const Tokenizer& tokenizer, const std::filesystem::path& folder) {
    const TokenizerParts& parts = tokenizer.parts();
    const auto expect = [](bool right, const char* field, const char* expected) {
        if (!right) fail("tokenizer", field, "another", std::string(expected) + ", to be vocab.json and merges.txt");
    };
    expect(parts.pre_tokenizer == PreTokenizer::gpt2, "pre-tokenizer", "GPT-2's");
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
    write_file(folder / "vocab.json", vocabulary.dump() + "\n");
    write_file(folder / "merges.txt", merges);
}

}  // namespace genotype
