// Conversations as the text that a model was trained to continue.
#pragma once

#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "genotype/io/gguf.hpp"
#include "genotype/text/files/config_file.hpp"
#include "genotype/text/generation/chat_template.hpp"
#include "genotype/text/tokenizer/tokenizer_gguf.hpp"

namespace genotype::inline v0_1 {

/// A turn of a conversation. Roles are "system", "user" and "assistant".
struct ChatMessage {
    std::string role = {}, content = {};
};

namespace detail {

/// The template of a folder, which chat_template.jinja or tokenizer_config.json has, and the file; or nothing.
inline std::optional<std::string> find_chat_template(const std::filesystem::path& folder, std::string& file) {
    std::error_code ignored;
    const std::filesystem::path jinja = folder / "chat_template.jinja", config = folder / "tokenizer_config.json";
    if (std::filesystem::exists(jinja, ignored)) {
        file = jinja.string();
        return read_text(jinja);
    }
    if (!std::filesystem::exists(config, ignored)) return {};
    file = config.string();
    const nlohmann::json json = parse_json_object(read_text(config), file);
    const JsonField field = JsonField{json, file, ""}["chat_template"];
    if (field.is_null()) return {};
    if (field.value.is_string()) return field.text();
    for (const JsonField& named : field.list())
        if (named["name"].text() == "default") return named["template"].text();
    field.wrong("a text, or a list with one named default");
}

/// The texts of special tokens that a folder's files name: tokenizer_config.json, or special_tokens_map.json.
inline std::map<std::string, std::string> special_token_texts(const std::filesystem::path& folder) {
    std::map<std::string, std::string> tokens;
    std::error_code ignored;
    for (const char* const name : {"tokenizer_config.json", "special_tokens_map.json"}) {
        const std::filesystem::path path = folder / name;
        if (!std::filesystem::exists(path, ignored)) continue;
        const std::string file = path.string();
        const nlohmann::json json = parse_json_object(read_text(path), file);
        for (const char* const token :
             {"bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"}) {
            const JsonField field = JsonField{json, file, ""}[token];
            if (field.is_null()) continue;
            tokens.emplace(token, field.value.is_object() ? field["content"].text() : field.text());
        }
    }
    return tokens;
}
inline std::map<std::string, std::string> special_token_texts(const Gguf& file) {
    std::map<std::string, std::string> found;
    if (!file.find_value("tokenizer.ggml.tokens")) return found;
    const auto tokens = file.get<std::vector<std::string_view>>("tokenizer.ggml.tokens");
    constexpr std::array<std::pair<const char*, const char*>, 4> names{
        {{"bos_token", "bos"}, {"eos_token", "eos"}, {"unk_token", "unknown"}, {"pad_token", "padding"}}};
    for (const auto& [name, key] : names)
        if (const auto id = gguf_token(file, concat("tokenizer.ggml.", key, "_token_id"), tokens.size()))
            found.emplace(name, tokens[static_cast<std::size_t>(*id)]);
    return found;
}

}  // namespace detail

/// Reads the chat template of a folder or a GGUF file. None is an `Error`, and so is one that cannot be parsed.
inline ChatTemplate read_chat_template(const std::filesystem::path& path) {
    std::string file = path.string();
    std::optional<std::string> found;
    std::map<std::string, std::string> tokens;
    if (const auto gguf_path = detail::find_gguf(path)) {
        const Gguf gguf(*gguf_path);
        constexpr std::string_view key = "tokenizer.chat_template";
        if (gguf.find_value(key)) found = std::string(gguf.get_string(key));
        if (found) tokens = detail::special_token_texts(gguf);
    } else {
        detail::expect_folder(path);
        found = detail::find_chat_template(path, file);
        if (found) tokens = detail::special_token_texts(path);
    }
    if (!found) fail(file, "chat template", "none", "one: this model is not made for conversations");
    return ChatTemplate::jinja(*found, std::move(tokens), file);
}

/// The text of a conversation, ready for the assistant's answer; to be encoded as it stands, with `add_special_tokens =
/// false`. Messages with tools, images or several parts are given to `ChatTemplate::render` as JSON.
/// transformers equivalent: `tokenizer.apply_chat_template(messages, add_generation_prompt=True, tokenize=False)`.
///
///     const ChatTemplate form = read_chat_template("smollm2");
///     const std::string prompt = chat_prompt(form, {{{"user", "What is a VAE?"}}});
inline std::string chat_prompt(const ChatTemplate& form, std::span<const ChatMessage> messages,
                               const ChatOptions& options = {}) {
    if (messages.empty()) fail("chat_prompt", "messages", "none", "at least one");
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const ChatMessage& message : messages) list.push_back({{"role", message.role}, {"content", message.content}});
    return form.render(list, options);
}

}  // namespace genotype::inline v0_1
