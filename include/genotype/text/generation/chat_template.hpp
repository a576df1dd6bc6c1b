// How a model's conversations are written: its chat template, and what it finds by name.
#pragma once

#include <ctime>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "genotype/text/jinja/template.hpp"

namespace genotype::inline v0_1 {

/// What a conversation is written with.
struct ChatOptions {
    /// Whether the text ends where the assistant's answer begins.
    bool add_generation_prompt = true;
    /// Descriptions of functions that the model may call, a list of JSON schemas, and documents; null: none.
    nlohmann::ordered_json tools = nullptr, documents = nullptr;
    /// Other values by their names, such as `{"enable_thinking": false}`.
    nlohmann::ordered_json more = nlohmann::ordered_json::object();
    std::time_t now = 0;  ///< what `strftime_now` tells; 0: the time that it is
    JinjaLimits limits = {};
};

/// A chat template in Jinja, with the texts of special tokens that it finds by their names (`bos_token`, ...).
class ChatTemplate {
  public:
    /// A template that cannot be parsed is an `Error` with `file` and the line.
    static ChatTemplate jinja(std::string_view source, std::map<std::string, std::string> tokens = {},
                              std::string file = "template") {
        return ChatTemplate(JinjaTemplate(source, std::move(file)), std::move(tokens));
    }
    /// ChatML: each message as "<|im_start|>role\ncontent<|im_end|>\n". `default_system` stands where the first message
    /// is none of the system's; "": nothing.
    static ChatTemplate chatml(const std::string& default_system = "") {
        return jinja(
            "{% for message in messages %}"
            "{% if loop.first and default_system and message.role != 'system' %}"
            "{{ '<|im_start|>system\\n' + default_system + '<|im_end|>\\n' }}{% endif %}"
            "{{ '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}{% endfor %}"
            "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}",
            {{"default_system", default_system}});
    }

    /// The text of messages, a list of objects with a role and a content at least. What the template refuses
    /// (`raise_exception`), and what it does not find, is an `Error`.
    std::string render(const nlohmann::ordered_json& messages, const ChatOptions& options = {}) const {
        nlohmann::ordered_json values = options.more;
        for (const auto& [name, text] : tokens_)
            if (!values.contains(name)) values[name] = text;
        values["messages"] = messages;
        values["tools"] = options.tools;
        values["documents"] = options.documents;
        values["add_generation_prompt"] = options.add_generation_prompt;
        return jinja_.render(values, options.now == 0 ? std::time(nullptr) : options.now, options.limits);
    }

  private:
    ChatTemplate(JinjaTemplate jinja, std::map<std::string, std::string> tokens)
        : jinja_(std::move(jinja)), tokens_(std::move(tokens)) {}

    JinjaTemplate jinja_;
    std::map<std::string, std::string> tokens_;
};

}  // namespace genotype::inline v0_1
