// Chat templates, and defaults of generation.
#include "genotype/text/generation/chat.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "genotype/text/generation/generation_defaults.hpp"
#include "support/temporary_folder.hpp"
#include "support/text_model_files.hpp"

using namespace genotype;

namespace {

const std::string smollm2 =
    "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system\nYou "
    "are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n' }}{% endif %}{{'<|im_start|>' + "
    "message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ "
    "'<|im_start|>assistant\n' }}{% endif %}";
const std::string name = "You are a helpful AI assistant named SmolLM, trained by Hugging Face";

constexpr LlamaConfig small{.vocabulary = 10, .width = 32, .layers = 1, .heads = 4, .hidden = 32, .context = 16};

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    REQUIRE(at != text.npos);
    return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("ChatML in its spellings") {
    const auto system_of = [](const std::string& jinja) {
        const auto found = detail::read_chatml(jinja);
        return found ? found->default_system : "none";
    };
    CHECK(system_of(smollm2) == name);
    CHECK(system_of(smollm2 + "\n") == name);
    CHECK(system_of(R"({% for message in messages %}{{"<|im_start|>" + message["role"] + "\n" + message["content"] + )"
                    R"("<|im_end|>" + "\n"}}{% endfor %}{% if add_generation_prompt %}{{ "<|im_start|>assistant\n" }})"
                    "{% endif %}") == "");
    CHECK(system_of("{%- if not add_generation_prompt is defined -%}\n  {%- set add_generation_prompt = false -%}\n{%- "
                    "endif -%}\n{%- for message in messages %}\n    {{- '<|im_start|>' + message.role + '\\n' + "
                    "message.content + '<|im_end|>\\n' }}\n{%- endfor %}\n{%- if add_generation_prompt %}\n    {{- "
                    "'<|im_start|>assistant\\n' }}\n{%- endif %}\n") == "");
    // Lines that Jinja drops around blocks, and space that it does not.
    CHECK(system_of(replaced(smollm2, "{% endfor %}", "  {% endfor %}")) == "none");
    CHECK(system_of(replaced(smollm2, "{% for message in messages %}", "{% for message in messages %}\n")) == name);
    CHECK(system_of(replaced(smollm2, "{% for message in messages %}", "{% for message in messages %}\n\n")) == "none");
}

TEST_CASE("what is not quite ChatML is none") {
    const auto is_none = [](const std::string& jinja) { return !detail::read_chatml(jinja); };
    CHECK(is_none(""));
    CHECK(is_none("{%"));
    CHECK(is_none("{{ '"));
    CHECK(is_none(replaced(smollm2, "<|im_end|>' + '\n'}}", "<|im_end|>'}}")));
    CHECK(is_none(replaced(smollm2, "message['role']", "message['role'] | upper")));
    CHECK(is_none(replaced(smollm2, "loop.first", "loop.last")));
    CHECK(is_none(replaced(smollm2, "assistant\n", "model\n")));
    CHECK(is_none(smollm2 + "x"));
    CHECK(is_none("x" + smollm2));
    CHECK(is_none(replaced(smollm2, "You are", "' + date + '")));
}

TEST_CASE("a conversation as text") {
    const ChatTemplate chatml{name};
    const std::vector<ChatMessage> question{{"user", "Hi"}};
    CHECK(chat_prompt(chatml, question) ==
          "<|im_start|>system\n" + name + "<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n");
    CHECK(chat_prompt({}, question) == "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n");
    const std::vector<ChatMessage> turns{{"system", "Be brief."}, {"user", "Hi"}, {"assistant", "Ho"}, {"user", "?"}};
    CHECK(
        chat_prompt(chatml, turns) ==
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHo<|im_end|>\n"
        "<|im_start|>user\n?<|im_end|>\n<|im_start|>assistant\n");
    CHECK(contains(error_of([&] { chat_prompt(chatml, {}); }), "messages: found none"));
}

TEST_CASE("where templates are") {
    const TemporaryFolder folder;
    const auto error = [&] { return error_of([&] { read_chat_template(folder.path()); }); };
    CHECK(contains(error(), "chat template: found none"));
    const auto config = [&](const nlohmann::json& value) {
        folder.file("tokenizer_config.json", nlohmann::json{{"chat_template", value}}.dump());
    };
    config(nullptr);
    CHECK(contains(error(), "tokenizer_config.json: chat template: found none"));
    config(smollm2);
    CHECK(read_chat_template(folder.path()).default_system == name);
    config({{{"name", "tool_use"}, {"template", "x"}}, {{"name", "default"}, {"template", smollm2}}});
    CHECK(read_chat_template(folder.path()).default_system == name);
    config({{{"name", "tool_use"}, {"template", "x"}}});
    CHECK(contains(error(), "chat_template: found a list, expected a text, or a list with one named default"));
    folder.file("chat_template.jinja", "[INST] {{ x }}");
    CHECK(contains(error(), "chat_template.jinja: chat template: found \"[INST] {{ x }}\", expected ChatML"));
    folder.file("chat_template.jinja", smollm2);
    CHECK(read_chat_template(folder.path()).default_system == name);

    GgufFile gguf = gguf_of(small, TestModel(small).tensors, "F32");
    CHECK(contains(error_of([&] { read_chat_template(folder.file("m.gguf", gguf.text())); }),
                   "chat template: found none"));
    gguf.entries.push_back(gguf_string("tokenizer.chat_template", smollm2));
    CHECK(read_chat_template(folder.file("m.gguf", gguf.text())).default_system == name);
}

TEST_CASE("how to generate, by a folder's files") {
    using Ids = std::vector<TokenId>;
    const TemporaryFolder folder;
    nlohmann::json config = nlohmann::json::parse(config_json(small));
    folder.file("config.json", config.dump());
    GenerationDefaults found = read_generation_defaults(folder.path());
    CHECK(found.end_tokens == Ids{2});  // as LlamaConfig has it
    CHECK(found.first_token == 1);
    CHECK(!found.padding_token);
    config["eos_token_id"] = {3, 5};
    config["bos_token_id"] = nullptr;
    config["pad_token_id"] = -1;
    folder.file("config.json", config.dump());
    found = read_generation_defaults(folder.path());
    CHECK(found.end_tokens == Ids{3, 5});
    CHECK(!found.first_token);
    CHECK(!found.padding_token);

    config["eos_token_id"] = config["bos_token_id"] = -1;
    folder.file("config.json", config.dump());
    found = read_generation_defaults(folder.path());
    CHECK(found.end_tokens.empty());
    CHECK(!found.first_token);

    folder.file("generation_config.json",
                R"({"eos_token_id": 9, "pad_token_id": 4, "do_sample": true, "temperature": 0.6,
        "top_p": 0.9, "top_k": 20, "min_p": 0.1, "repetition_penalty": 1.1, "max_new_tokens": 64, "use_cache": true})");
    found = read_generation_defaults(folder.path());
    CHECK(found.end_tokens == Ids{9});
    CHECK(!found.first_token);
    CHECK(found.padding_token == 4);
    CHECK(found.do_sample);
    CHECK(found.temperature == 0.6);
    CHECK(found.top_p == 0.9);
    CHECK(found.top_k == 20);
    CHECK(found.min_p == 0.1);
    CHECK(found.repetition_penalty == 1.1);
    CHECK(found.max_new_tokens == 64);
    for (const auto& [text, words] : std::vector<std::pair<std::string, std::string>>{
             {R"({"bos_token_id": -2})", "bos_token_id: found -2"},
             {R"({"eos_token_id": -2})", "eos_token_id: found -2"},
             {R"({"eos_token_id": [1, "x"]})", "eos_token_id[1]: found \"x\""},
             {R"({"temperature": "hot"})", "temperature: found \"hot\""},
             {R"({"top_k": 1.5})", "top_k: found 1.5"},
             {"[]", "JSON: found something else"}}) {
        folder.file("generation_config.json", text);
        CHECK(contains(error_of([&] { read_generation_defaults(folder.path()); }), words));
    }
}

TEST_CASE("issue 17.16: how to generate, by GGUF's metadata") {
    GgufFile gguf = gguf_of(small, TestModel(small).tensors, "F32");
    const TemporaryFolder folder;
    CHECK(read_generation_defaults(folder.file("m.gguf", gguf.text())).end_tokens.empty());
    gguf.entries.push_back(gguf_u32("tokenizer.ggml.eos_token_id", 3));
    gguf.entries.push_back(gguf_u32("tokenizer.ggml.eot_token_id", 4));
    gguf.entries.push_back(gguf_u32("tokenizer.ggml.bos_token_id", 5));
    gguf.entries.push_back(gguf_u32("tokenizer.ggml.padding_token_id", 6));
    const GenerationDefaults found = read_generation_defaults(folder.file("m.gguf", gguf.text()));
    CHECK(found.end_tokens == std::vector<TokenId>{3, 4});
    CHECK(found.first_token == 5);
    CHECK(found.padding_token == 6);
    gguf.entries.pop_back();
    // Nothing uses it: beyond the vocabulary, or -1, it is none.
    for (const std::string& none :
         {gguf_u32("tokenizer.ggml.padding_token_id", 10), gguf_u32("tokenizer.ggml.padding_token_id", 4294967295),
          gguf_entry("tokenizer.ggml.padding_token_id", 5, gguf_number<std::int32_t>(-1))}) {
        gguf.entries.push_back(none);
        const GenerationDefaults defaults = read_generation_defaults(folder.file("m.gguf", gguf.text()));
        CHECK(defaults.end_tokens == std::vector<TokenId>{3, 4});
        CHECK(!defaults.padding_token);
        gguf.entries.pop_back();
    }
    gguf.entries.push_back(gguf_u32("tokenizer.ggml.eos_token_id", 10));
    std::erase(gguf.entries, gguf_u32("tokenizer.ggml.eos_token_id", 3));
    CHECK(contains(error_of([&] { read_generation_defaults(folder.file("m.gguf", gguf.text())); }),
                   "\"tokenizer.ggml.eos_token_id\": found 10, expected below 10"));
    gguf.entries.back() = gguf_entry("tokenizer.ggml.eos_token_id", 11, gguf_number<std::int64_t>(3));
    CHECK(read_generation_defaults(folder.file("m.gguf", gguf.text())).end_tokens == std::vector<TokenId>{3, 4});
    gguf.entries.back() = gguf_u32("tokenizer.ggml.eos_token_id", 4294967295);
    CHECK(read_generation_defaults(folder.file("m.gguf", gguf.text())).end_tokens == std::vector<TokenId>{4});
    // A folder that holds one such file is as the file.
    CHECK(read_generation_defaults(folder.path()).end_tokens == std::vector<TokenId>{4});
}
