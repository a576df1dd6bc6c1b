// A VQ-VAE and its prior as one file, with the names of the classes.
#pragma once

#include <filesystem>
#include <genotype/io/load_model.hpp>
#include <genotype/io/save_model.hpp>
#include <string>
#include <vector>

#include "code_prior.hpp"

namespace example {

struct CodesFile {
    Model<ImageCodes> codes;
    Model<Prior> prior;
    PromptWords words{};
};

/// A safetensors file with the prefixes "codes." and "prior."; `training` are words on where it is from.
inline void save_codes_file(const Model<ImageCodes>& codes, const Model<Prior>& prior, const PromptWords& words,
                            const std::filesystem::path& path, const std::string& training) {
    std::vector<genotype::detail::StateTensor<const float>> state;
    const auto add = [&]<class Net>(const Model<Net>& model, const std::string& prefix) {
        genotype::detail::add_state<Net, const float>(state, model.parameters.data(), model.buffers.data(), prefix,
                                                      KeepNames{});
    };
    add(codes, "codes.");
    add(prior, "prior.");
    FileMetadata metadata = genotype::detail::weights_metadata(training);
    genotype::detail::add_text(metadata, genotype::detail::model_key_of("codes."), model_name<ImageCodes>());
    genotype::detail::add_text(metadata, genotype::detail::model_key_of("prior."), model_name<Prior>());
    std::string names;
    for (const std::string& name : words.class_names()) names += name + "\n";
    genotype::detail::add_text(metadata, "class_names", names);
    genotype::detail::save_state(state, path, metadata);
}

/// Throws `Error` where the file is no such one.
inline CodesFile load_codes_file(const std::filesystem::path& path) {
    const SafeTensors file(path);
    const std::string* const listed = genotype::detail::find_text(file.metadata(), "class_names");
    if (!listed) fail(path.string(), "class_names", "none", "a file that vae --model vq or draw has written");
    std::vector<std::string> names;
    for (std::size_t begin = 0; begin < listed->size();) {
        const std::size_t end = listed->find('\n', begin);
        names.push_back(listed->substr(begin, end - begin));
        begin = end == listed->npos ? listed->size() : end + 1;
    }
    CodesFile model;
    model.words = PromptWords(names);
    load(model.codes, file, {.prefix = "codes."});
    load(model.prior, file, {.prefix = "prior."});
    return model;
}

}  // namespace example
