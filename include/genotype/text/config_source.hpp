// A model's type as C++ source, from what its files say.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "genotype/text/text_config.hpp"

namespace genotype {
namespace detail {

/// A field's value as a literal.
inline std::string literal(const std::string& field, const std::string& text) {
    if (field == "rope_scaling") return "genotype::RopeScaling::" + text;
    const bool is_number = text.find_first_not_of("0123456789.e+-") == text.npos;
    return is_number && text.find_first_of(".e") != text.npos ? text + "f" : text;
}

/// "genotype::LlamaConfig{.vocabulary = 49152, ...}", without fields whose values follow from the others.
inline std::string config_source(const TextConfig& config) {
    const bool is_gpt2 = config.family == TextFamily::gpt2;
    const GPT2Config &gpt2 = config.gpt2, gpt2_base{.width = gpt2.width};
    const LlamaConfig &llama = config.llama, llama_base{.width = llama.width, .heads = llama.heads};
    const auto texts = config_texts(config),
               base = config_texts(is_gpt2 ? TextConfig(gpt2_base) : TextConfig(llama_base));
    std::string fields;
    for (std::size_t at = 0; at < texts.size(); ++at) {
        const auto& [name, text] = texts[at];
        if (text == base[at].second && name != "width" && name != "heads") continue;
        fields += (fields.empty() ? "." : ", .") + name + " = " + literal(name, text);
    }
    return (is_gpt2 ? "genotype::GPT2Config{" : "genotype::LlamaConfig{") + fields + "}";
}

}  // namespace detail

/// The line that names a model: `using Model = genotype::Llama<genotype::LlamaConfig{.vocabulary = 49152, ...}>;`
inline std::string model_source(const TextConfig& config) {
    return "using Model = genotype::" + std::string(config.family == TextFamily::gpt2 ? "GPT2" : "Llama") + "<" +
           detail::config_source(config) + ">;\n";
}

/// A whole header, with `space::Model` and its sizes, `space::config`; `space` is a name for a namespace.
inline std::string model_header(const TextConfig& config, std::string_view space) {
    const bool is_gpt2 = config.family == TextFamily::gpt2;
    const std::string kind = is_gpt2 ? "GPT2" : "Llama", name(space);
    return "// A text model's type, made by genotype-config of the model's files.\n#pragma once\n\n#include "
           "\"genotype/models/" +
           std::string(text_family_name(config.family)) + ".hpp\"\n\nnamespace " + name +
           " {\n\ninline constexpr genotype::" + kind + "Config config = " + detail::config_source(config) +
           ";\nusing Model = genotype::" + kind + "<config>;\n\n}  // namespace " + name + "\n";
}

}  // namespace genotype
