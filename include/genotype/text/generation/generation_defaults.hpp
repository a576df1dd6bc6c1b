// What a model's files say of how to generate with it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "genotype/text/files/config_file.hpp"
#include "genotype/text/tokenizer/tokenizer_gguf.hpp"

namespace genotype::inline v0_1 {

/// Which tokens begin, end and pad texts, and how its makers sample from it, where they say so. transformers
/// equivalent: `GenerationConfig.from_pretrained(path)`; fields that are not here are not read.
struct GenerationDefaults {
    std::vector<TokenId> end_tokens = {};       ///< eos_token_id, one or several
    std::optional<TokenId> first_token = {};    ///< bos_token_id
    std::optional<TokenId> padding_token = {};  ///< pad_token_id
    bool do_sample = false;                     ///< without it the four below change nothing
    std::optional<double> temperature = {};
    std::optional<int> top_k = {};
    std::optional<double> top_p = {};
    std::optional<double> min_p = {};
    std::optional<double> repetition_penalty = {};
    std::optional<int> max_new_tokens = {};
};

namespace detail {

/// What the text of a generation_config.json says, or of a config.json of this family, where there is no such file.
/// What a config.json does not name is as transformers' class of the family has it.
[[gnu::cold]] inline GenerationDefaults read_generation_json(std::string_view text, const std::string& file,
                                                             const FamilyFacts* family = nullptr) {
    const nlohmann::json json = parse_json_object(text, file);
    const JsonField top{json, file, ""};
    GenerationDefaults defaults;
    const auto token = [&](const char* key, std::optional<TokenId> FamilyFacts::*of_family) -> std::optional<TokenId> {
        if (!json.contains(key) && family) return family->*of_family;
        if (top[key].is_null() || top[key].value == -1) return {};  // as some files say "none"
        return top[key].id();
    };
    const auto number = [&](const char* key) -> std::optional<double> {
        if (top[key].is_null()) return {};
        top[key].number();  // finite
        return top[key].value.get<double>();
    };
    const auto whole = [&](const char* key) -> std::optional<int> {
        if (top[key].is_null()) return {};
        return top[key].whole(0, std::numeric_limits<int>::max());
    };
    if (const JsonField end = top["eos_token_id"]; end.value.is_array())
        for (const JsonField& one : end.list()) defaults.end_tokens.push_back(one.id());
    else if (const auto one = token("eos_token_id", &FamilyFacts::end_token))
        defaults.end_tokens.push_back(*one);
    defaults.first_token = token("bos_token_id", &FamilyFacts::first_token);
    if (const JsonField padding = top["pad_token_id"]; !padding.is_null() && padding.value != -1)
        defaults.padding_token = padding.id();
    defaults.do_sample = top["do_sample"].flag(false);
    defaults.temperature = number("temperature");
    defaults.top_k = whole("top_k");
    defaults.top_p = number("top_p");
    defaults.min_p = number("min_p");
    defaults.repetition_penalty = number("repetition_penalty");
    defaults.max_new_tokens = whole("max_new_tokens");
    return defaults;
}

/// What a GGUF file's metadata say: tokens alone. The end of a turn ends a text too.
[[gnu::cold]] inline GenerationDefaults read_generation_gguf(const Gguf& file) {
    GenerationDefaults defaults;
    const std::size_t tokens = static_cast<std::size_t>(gguf_vocabulary(file));
    for (const char* key : {"tokenizer.ggml.eos_token_id", "tokenizer.ggml.eot_token_id"})
        if (const auto id = gguf_token(file, key, tokens))
            if (defaults.end_tokens.empty() || defaults.end_tokens[0] != *id) defaults.end_tokens.push_back(*id);
    // Nothing here uses these, so that one beyond the vocabulary is as good as none.
    const auto unused = [&](std::string_view key) -> std::optional<TokenId> {
        const GgufValue* const value = file.find_value(key);
        const auto id = value ? value->whole<std::uint64_t>() : std::nullopt;
        if (!id || *id >= tokens) return {};
        return static_cast<TokenId>(*id);
    };
    defaults.first_token = unused("tokenizer.ggml.bos_token_id");
    defaults.padding_token = unused("tokenizer.ggml.padding_token_id");
    return defaults;
}

}  // namespace detail

/// Reads a folder's generation_config.json, without one its config.json, or a GGUF file's metadata.
template <class... Configs>
GenerationDefaults read_generation_defaults(const std::filesystem::path& path, TextFamilyList<Configs...> families) {
    if (const auto gguf = detail::find_gguf(path)) return detail::read_generation_gguf(Gguf(*gguf));
    detail::expect_folder(path);
    const std::filesystem::path own = path / "generation_config.json", config = path / "config.json";
    if (detail::has_entry(own)) return detail::read_generation_json(detail::read_text(own), own.string());
    const std::string text = detail::read_text(config);
    const TextConfig read = detail::read_config_json(text, config.string(), families);
    return detail::read_generation_json(text, config.string(), &read.family());
}
inline GenerationDefaults read_generation_defaults(const std::filesystem::path& path) {
    return read_generation_defaults(path, TextFamilies{});
}

}  // namespace genotype::inline v0_1
