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

}  // namespace

TEST_CASE("a conversation as text") {
    const ChatTemplate chatml = ChatTemplate::chatml(name);
    const std::vector<ChatMessage> question{{"user", "Hi"}};
    const std::string wanted =
        "<|im_start|>system\n" + name + "<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n";
    CHECK(chat_prompt(chatml, question) == wanted);
    CHECK(chat_prompt(ChatTemplate::jinja(smollm2), question) == wanted);
    CHECK(chat_prompt(ChatTemplate::chatml(), question) == "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n");
    const std::vector<ChatMessage> turns{
        {"system", "Be brief."}, {"user", "Hi"}, {"assistant", "Ho"}, {"user", "{{ ? }}"}};
    const std::string all =
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHo<|im_end|>\n"
        "<|im_start|>user\n{{ ? }}<|im_end|>\n";
    CHECK(chat_prompt(chatml, turns) == all + "<|im_start|>assistant\n");
    CHECK(chat_prompt(chatml, turns, {.add_generation_prompt = false}) == all);
    CHECK(contains(error_of([&] { chat_prompt(chatml, {}); }), "messages: found none"));
}

TEST_CASE("what a template finds by name") {
    const auto render = [](const std::string& source, const ChatOptions& options = {}) {
        return ChatTemplate::jinja(source, {{"bos_token", "<s>"}}).render({{{"role", "user"}}}, options);
    };
    CHECK(render("{{ bos_token }}{{ messages[0].role }}{{ tools }}{{ documents }}{{ eos_token }}") ==
          "<s>userNoneNone");
    ChatOptions options;
    options.tools = {{{"name", "f"}}};
    options.more = {{"enable_thinking", false}, {"bos_token", "x"}};
    CHECK(render("{{ tools | tojson }}{{ enable_thinking }}{{ bos_token }}", options) == "[{\"name\": \"f\"}]Falsex");
    options.now = 1700000000;
    CHECK(render("{{ strftime_now('%Y-%m') }}", options) == "2023-11");
}

TEST_CASE("where templates are") {
    const TemporaryFolder folder;
    const auto prompt = [](const std::filesystem::path& path) {
        return chat_prompt(read_chat_template(path), std::vector<ChatMessage>{{"user", "Hi"}});
    };
    const auto error = [&] { return error_of([&] { read_chat_template(folder.path()); }); };
    CHECK(contains(error(), "chat template: found none"));
    nlohmann::json config{
        {"bos_token", "<s>"}, {"eos_token", {{"content", "</s>"}, {"lstrip", false}}}, {"unk_token", nullptr}};
    const auto with = [&](const nlohmann::json& value) {
        config["chat_template"] = value;
        folder.file("tokenizer_config.json", config.dump());
    };
    with(nullptr);
    CHECK(contains(error(), "tokenizer_config.json: chat template: found none"));
    with("{{ bos_token }}{{ messages[0].content }}{{ eos_token }}{{ unk_token }}");
    CHECK(prompt(folder.path()) == "<s>Hi</s>");
    with({{{"name", "tool_use"}, {"template", "x"}}, {{"name", "default"}, {"template", "d{{ bos_token }}"}}});
    CHECK(prompt(folder.path()) == "d<s>");
    folder.file("special_tokens_map.json", R"({"bos_token": "other", "unk_token": "<unk>"})");
    with("{{ bos_token }}{{ unk_token }}");
    CHECK(prompt(folder.path()) == "<s><unk>");
    with({{{"name", "tool_use"}, {"template", "x"}}});
    CHECK(contains(error(), "chat_template: found a list, expected a text, or a list with one named default"));
    folder.file("chat_template.jinja", "{% x %}");
    CHECK(contains(error(), "chat_template.jinja: chat template, line 1: found \"x\", expected for, if, set,"));
    folder.file("chat_template.jinja", "[INST] {{ messages[0].content }}\n");
    CHECK(prompt(folder.path()) == "[INST] Hi");

    GgufFile gguf = gguf_of(small, TestModel(small).tensors, "F32");
    CHECK(contains(error_of([&] { read_chat_template(folder.file("m.gguf", gguf.text())); }),
                   "chat template: found none"));
    gguf.entries.push_back(gguf_string("tokenizer.chat_template", smollm2 + "{{ eos_token }}"));
    CHECK(prompt(folder.file("m.gguf", gguf.text())).ends_with("assistant\n"));
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
