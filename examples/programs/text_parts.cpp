#include "text_parts.hpp"

#include <cstdio>
#include <genotype/text/generation/chat.hpp>
#include <genotype/text/generation/generation_defaults.hpp>
#include <genotype/text/tokenizer/tokenizer_file.hpp>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "expect_utf8.hpp"

namespace example {

genotype::TextFiles open_files(const TextFlags& flags) {
    return genotype::TextFiles(flags.model, {.prefix = flags.prefix, .strict = flags.strict});
}

void tell_left_out(const genotype::LoadReport& report) {
    for (const genotype::LoadFault& tensor : report.faults)
        std::fprintf(stderr, "left out: %s, %s\n", tensor.tensor.c_str(), tensor.found.c_str());
}

genotype::Tokenizer load_tokenizer(const TextFlags& flags) {
    return genotype::load_tokenizer(flags.model);
}

std::vector<genotype::TokenId> read_prompt(const TextFlags& flags, const genotype::Tokenizer& tokenizer) {
    const std::string where = flags.prompt_is_given ? "--prompt" : "standard input";
    expect_utf8(where, flags.prompt);
    const auto expect = [&](bool is_there) {
        if (!is_there)
            genotype::fail(where, "text", "none", "what to write on from: --prompt TEXT, or a text on standard input");
    };
    if (!flags.chat) {
        std::vector<genotype::TokenId> ids = tokenizer.encode(flags.prompt);
        expect(!ids.empty());
        return ids;
    }
    expect(flags.prompt_is_given || !flags.prompt.empty());
    const std::vector<genotype::ChatMessage> said{{"user", flags.prompt}};
    const std::string conversation = genotype::chat_prompt(genotype::read_chat_template(flags.model), said);
    return tokenizer.encode(conversation, {.add_special_tokens = false});
}

struct Conversation::Said {
    genotype::ChatTemplate form;
    bool is_shown;
    std::vector<genotype::ChatMessage> messages = {};
};

Conversation::Conversation(const TextFlags& flags)
    : said_(std::make_unique<Said>(Said{genotype::read_chat_template(flags.model), flags.shows_marks})) {}
Conversation::~Conversation() = default;

bool Conversation::hear(const genotype::Tokenizer& tokenizer, std::vector<genotype::TokenId>& tokens) {
    std::string line;
    do {
        if (said_->is_shown) std::fputs("> ", stderr);
        if (!std::getline(std::cin, line)) return false;
        if (line.ends_with('\r')) line.pop_back();
        if (said_->messages.empty()) drop_byte_order_mark(line);
    } while (line.empty());
    expect_utf8("standard input", line);
    said_->messages.push_back({"user", line});
    tokens = tokenizer.encode(genotype::chat_prompt(said_->form, said_->messages), {.add_special_tokens = false});
    return true;
}
void Conversation::answered(const std::string& text) {
    said_->messages.push_back({"assistant", text});
}

std::vector<genotype::TokenId> end_tokens(const TextFlags& flags) {
    if (flags.ignore_end) return {};
    return genotype::read_generation_defaults(flags.model).end_tokens;
}

int write_ids(const genotype::Tokenizer& tokenizer) {
    long number = 0;
    for (std::string line; std::getline(std::cin, line);) {
        if (line.ends_with('\r')) line.pop_back();
        if (++number == 1) drop_byte_order_mark(line);
        expect_utf8("standard input, line " + std::to_string(number), line);
        std::cout << nlohmann::json(tokenizer.encode(line)).dump() << '\n';
    }
    return 0;
}

int write_score(const std::vector<genotype::TokenId>& prompt, const genotype::TextScore& found) {
    const nlohmann::json json{{"prompt_ids", prompt},
                              {"log_probabilities", found.log_probabilities},
                              {"loss", found.loss()},
                              {"perplexity", found.perplexity()}};
    std::cout << json.dump() << '\n';
    return 0;
}

int write_json(const std::vector<genotype::TokenId>& prompt, const genotype::GeneratedText& written) {
    const nlohmann::json object{{"prompt_ids", prompt}, {"new_ids", written.ids}, {"text", written.text}};
    std::printf("%s\n", object.dump().c_str());
    return 0;
}

}  // namespace example
