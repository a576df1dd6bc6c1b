// The config of a text model from a folder or a GGUF file.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "genotype/text/files/gguf_path.hpp"
#include "genotype/text/files/read_text.hpp"
#include "genotype/text/files/text_config.hpp"

namespace genotype::inline v0_1 {
namespace detail {

/// What is not a GGUF file is a folder. Anything else is an `Error`, and so is a folder that has its model elsewhere.
[[gnu::cold]] inline void expect_folder(const std::filesystem::path& path) {
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored)) {
        for (const char* file :
             {"config.json", "generation_config.json", "tokenizer_config.json", "chat_template.jinja"})
            if (std::filesystem::exists(path / file, ignored)) return;
        if (const std::string elsewhere = model_elsewhere(path); !elsewhere.empty())
            fail(path.string(), "model", "a folder without config.json", elsewhere);
        return;
    }
    const bool is_there = std::filesystem::exists(path, ignored);
    if (is_there)
        expect_no_other_kind(path.string(), "model", std::string_view(first_bytes(path)),
                             "a folder in Hugging Face's form (of a file of weights the folder that it is in), or a "
                             "GGUF file");
    fail(path.string(), "model", is_there ? "a file of another kind" : "nothing of this name",
         "a folder in Hugging Face's form, or a GGUF file");
}

/// What the text of a config.json says. Fields that transformers does not know of these models change nothing there,
/// and nothing here.
template <class... Configs>
[[gnu::cold]] TextConfig read_config_json(std::string_view text, const std::string& file,
                                          TextFamilyList<Configs...> families) {
    const nlohmann::json json = parse_json_object(text, file);
    const JsonField top{json, file, ""};
    const JsonField type = top["model_type"];
    const std::string_view name = type.value.is_string() ? std::string_view(type.text()) : std::string_view();
    if (((name != TextFamily<Configs>::facts.name) && ...)) type.wrong(family_names(families, ""));
    if (!top["quantization_config"].is_null()) top["quantization_config"].wrong("nothing: weights as they are");
    TextConfig config;
    static_cast<void>(
        ((name == TextFamily<Configs>::facts.name && (config = TextFamily<Configs>::read(top), true)) || ...));
    return config;
}
[[gnu::cold]] inline TextConfig read_config_json(std::string_view text, const std::string& file) {
    return read_config_json(text, file, TextFamilies{});
}

/// What a GGUF file's metadata say. A key of the architecture that is not known is an `Error`.
template <class... Configs>
[[gnu::cold]] TextConfig read_config_gguf(const Gguf& file, TextFamilyList<Configs...> families) {
    const std::string_view name = file.get_string("general.architecture");
    TextConfig config;
    if (!((name == TextFamily<Configs>::facts.name && (config = TextFamily<Configs>::read(file), true)) || ...))
        fail(file.name(), "\"general.architecture\"", in_quotes(name), family_names(families, "\""));
    return config;
}
[[gnu::cold]] inline TextConfig read_config_gguf(const Gguf& file) {
    return read_config_gguf(file, TextFamilies{});
}

}  // namespace detail

/// What a folder's config.json or a GGUF file's metadata say of a model's sizes. Anything that such models are not here
/// (another `model_type`, another activation, a scaling of positions that is not known) is an `Error` that names it.
/// transformers equivalent: `AutoConfig.from_pretrained(path)`.
template <class... Configs>
TextConfig read_text_config(const std::filesystem::path& path, TextFamilyList<Configs...> families) {
    if (const auto gguf = detail::find_gguf(path)) return detail::read_config_gguf(Gguf(*gguf), families);
    detail::expect_folder(path);
    const std::filesystem::path file = path / "config.json";
    std::error_code ignored;
    if (const bool is_there = std::filesystem::exists(file, ignored); !is_there)
        if (const std::string elsewhere = detail::model_elsewhere(path); !elsewhere.empty())
            fail(path.string(), "model", "a folder without config.json", elsewhere);
    return detail::read_config_json(detail::read_text(file), file.string(), families);
}
inline TextConfig read_text_config(const std::filesystem::path& path) {
    return read_text_config(path, TextFamilies{});
}

}  // namespace genotype::inline v0_1
