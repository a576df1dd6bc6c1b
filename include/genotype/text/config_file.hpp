// The config of a text model from a folder or a GGUF file.
#pragma once

#include <filesystem>
#include <string>

#include "genotype/text/config_gguf.hpp"
#include "genotype/text/config_json.hpp"
#include "genotype/text/gguf_path.hpp"
#include "genotype/text/read_text.hpp"

namespace genotype {
namespace detail {

/// What is not a GGUF file is a folder. Anything else is an `Error`, and so is a folder that has its model elsewhere.
inline void expect_folder(const std::filesystem::path& path) {
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

}  // namespace detail

/// What a folder's config.json or a GGUF file's metadata say of a model's sizes. Anything that such models are not here
/// (another `model_type`, another activation, a scaling of positions that is not known) is an `Error` that names it.
/// transformers equivalent: `AutoConfig.from_pretrained(path)`.
inline TextConfig read_text_config(const std::filesystem::path& path) {
    if (const auto gguf = detail::find_gguf(path)) return detail::read_config_gguf(Gguf(*gguf));
    detail::expect_folder(path);
    const std::filesystem::path file = path / "config.json";
    std::error_code ignored;
    if (const bool is_there = std::filesystem::exists(file, ignored); !is_there)
        if (const std::string elsewhere = detail::model_elsewhere(path); !elsewhere.empty())
            fail(path.string(), "model", "a folder without config.json", elsewhere);
    return detail::read_config_json(detail::read_text(file), file.string());
}

}  // namespace genotype
