// What describes a text model: a GGUF file's metadata; or a text as config.json, generation_config.json, an index of
// shards and a chat template at once.
#include "genotype/text/files/config_source.hpp"
#include "genotype/text/files/shard_index.hpp"
#include "genotype/text/files/tensor_names.hpp"
#include "genotype/text/generation/chat_template.hpp"
#include "genotype/text/generation/generation_defaults.hpp"
#include "support/fuzz.hpp"

using namespace genotype;

namespace {

void expect_sizes(const TextConfig& config) {
    check_config(config, config, "file");
    fuzz::expect(!model_source(config).empty(), "a type");
    fuzz::expect(config.vocabulary() > 0 && config.width() > 0, "sizes above 0");
    const auto number = [&](const std::string& name) {
        for (const TextConfig::Option& option : config.options())
            if (option.name == name) return std::stod(option.text);
        return -1.0;
    };
    const auto whole = [&](const std::string& name) { return static_cast<long>(number(name)); };
    fuzz::expect(whole("hidden") > 0, "a feed-forward part");
    const long heads = whole("heads");
    if (config.family().name == "gpt2") {
        fuzz::expect(config.width() % heads == 0, "heads that divide the width");
        return;
    }
    const long head_width = whole("head_width");  // where it does not follow from the width
    fuzz::expect(heads % whole("key_value_heads") == 0 && number("rope_theta") > 0 &&
                     (head_width > 0 ? head_width % 2 == 0 : config.width() % (2 * heads) == 0),
                 "sizes that fit one another");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (text.starts_with("GGUF")) {
        fuzz::attempt([&] {
            const Gguf file(std::as_bytes(std::span(data, size)), "file");
            fuzz::attempt([&] {
                const TextConfig config = detail::read_config_gguf(file);
                expect_sizes(config);
                for (const GgufTensor& tensor : file.tensors())
                    if (const auto name = detail::read_gguf_name(tensor.name, config))
                        fuzz::expect(name->hugging_face.find('.') != std::string::npos, "a name of Hugging Face's");
            });
            fuzz::attempt([&] { detail::read_generation_gguf(file); });
            fuzz::attempt([&] { const Tokenizer tokenizer(detail::read_tokenizer_gguf(file)); });
        });
        return 0;
    }
    fuzz::attempt([&] { expect_sizes(detail::read_config_json(text, "config.json")); });
    for (const FamilyFacts* const family : {static_cast<const FamilyFacts*>(nullptr), &TextFamily<LlamaConfig>::facts})
        fuzz::attempt([&] {
            for (const TokenId id : detail::read_generation_json(text, "generation_config.json", family).end_tokens)
                fuzz::expect(id >= 0, "ids from 0");
        });
    fuzz::attempt([&] {
        const detail::ShardIndex index = detail::read_shard_index(text, "index.json");
        fuzz::expect(!index.files.empty() && index.files.size() <= index.names.size(), "files that have tensors");
        for (const std::string& file : index.files)
            fuzz::expect(file.find('/') == std::string::npos && file != "..", "files of one folder");
        for (const auto& [name, file] : index.names) fuzz::expect(file < index.files.size(), "a file for each name");
    });
    fuzz::attempt([&] {
        static const nlohmann::ordered_json messages{
            {{"role", "user"}, {"content", "é {{ }}"}},
            {{"role", "assistant"}, {"content", {{{"type", "text"}, {"text", "A"}}}}}};
        ChatOptions options{.now = 1, .limits = {.steps = 100'000, .bytes = 1u << 20u}};
        options.more = {{"n", 7}, {"l", {3, 1, 2}}, {"d", {{"a", 1}}}};
        const ChatTemplate form = ChatTemplate::jinja(text, {{"bos_token", "<s>"}});
        fuzz::expect(form.render(messages, options) == form.render(messages, options), "the same text twice");
    });
    return 0;
}
