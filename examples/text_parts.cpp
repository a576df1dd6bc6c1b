#include "text_parts.hpp"

#include <cstdio>
#include <genotype/text/chat.hpp>
#include <genotype/text/generation_defaults.hpp>
#include <genotype/text/tokenizer_file.hpp>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

namespace example {

genotype::TextFiles open_files(const TextFlags& flags) {
    return genotype::TextFiles(flags.model, {.strict = flags.strict});
}

void tell_left_out(const genotype::LoadReport& report) {
    for (const genotype::LoadFault& tensor : report.faults)
        std::fprintf(stderr, "left out: %s, %s\n", tensor.tensor.c_str(), tensor.found.c_str());
}

genotype::Tokenizer load_tokenizer(const TextFlags& flags) {
    return genotype::load_tokenizer(flags.model);
}

std::vector<genotype::TokenId> read_prompt(const TextFlags& flags, const genotype::Tokenizer& tokenizer) {
    if (!flags.chat) return tokenizer.encode(flags.prompt);
    const std::vector<genotype::ChatMessage> said{{"user", flags.prompt}};
    return tokenizer.encode(genotype::chat_prompt(genotype::read_chat_template(flags.model), said));
}

std::vector<genotype::TokenId> end_tokens(const TextFlags& flags) {
    if (flags.ignore_end) return {};
    return genotype::read_generation_defaults(flags.model).end_tokens;
}

int write_ids(const genotype::Tokenizer& tokenizer) {
    for (std::string line; std::getline(std::cin, line);)
        std::cout << nlohmann::json(tokenizer.encode(line)).dump() << '\n';
    return 0;
}

int write_json(const std::vector<genotype::TokenId>& prompt, const genotype::GeneratedText& written) {
    const nlohmann::json object{{"prompt_ids", prompt}, {"new_ids", written.ids}, {"text", written.text}};
    std::printf("%s\n", object.dump().c_str());
    return 0;
}

}  // namespace example
