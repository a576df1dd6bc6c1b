// Conversations as the text that a model was trained to continue.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "genotype/io/gguf.hpp"
#include "genotype/text/files/config_file.hpp"
#include "genotype/text/generation/chat_template.hpp"

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

}  // namespace detail

/// Reads the chat template of a folder or a GGUF file. One that is not ChatML is an `Error`, and so is none.
inline ChatTemplate read_chat_template(const std::filesystem::path& path) {
    std::string file = path.string();
    std::optional<std::string> found;
    if (const auto gguf_path = detail::find_gguf(path)) {
        const Gguf gguf(*gguf_path);
        constexpr std::string_view key = "tokenizer.chat_template";
        if (gguf.find_value(key)) found = std::string(gguf.get_string(key));
    } else {
        detail::expect_folder(path);
        found = detail::find_chat_template(path, file);
    }
    if (!found) fail(file, "chat template", "none", "one: this model is not made for conversations");
    const std::optional<ChatTemplate> chatml = detail::read_chatml(*found);
    if (!chatml)
        fail(file, "chat template", detail::in_quotes(*found),
             "ChatML: every message as <|im_start|>role, a new line, its content, <|im_end|>");
    return *chatml;
}

/// The text of a conversation, ready for the assistant's answer; to be encoded as it stands, with `add_special_tokens =
/// false`. transformers equivalent: `tokenizer.apply_chat_template(messages, add_generation_prompt=True,
/// tokenize=False)`.
///
///     const ChatTemplate chatml = read_chat_template("smollm2");
///     const std::string prompt = chat_prompt(chatml, {{{"user", "What is a VAE?"}}});
inline std::string chat_prompt(const ChatTemplate& chatml, std::span<const ChatMessage> messages) {
    if (messages.empty()) fail("chat_prompt", "messages", "none", "at least one");
    std::string prompt;
    const auto add = [&](const std::string& role, const std::string& content) {
        prompt += "<|im_start|>" + role + "\n" + content + "<|im_end|>\n";
    };
    if (!chatml.default_system.empty() && messages[0].role != "system") add("system", chatml.default_system);
    for (const ChatMessage& message : messages) add(message.role, message.content);
    return prompt + "<|im_start|>assistant\n";
}

}  // namespace genotype::inline v0_1
