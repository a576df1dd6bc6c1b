// A model's type as C++ source, from what its files say.
#pragma once

#include <string>
#include <string_view>

#include "genotype/text/files/text_config.hpp"

namespace genotype::inline v0_1 {
namespace detail {

/// "genotype::LlamaConfig{.vocabulary = 49152, ...}", without fields whose values follow from the others.
[[gnu::cold]] inline std::string config_source(const TextConfig& config) {
    std::string fields;
    for (const TextConfig::Option& option : config.options())
        if (!option.follows) fields += (fields.empty() ? "." : ", .") + option.name + " = " + option.literal;
    return std::string(config.family().config) + "{" + fields + "}";
}

}  // namespace detail

/// The line that names a model: `using Model = genotype::Llama<genotype::LlamaConfig{.vocabulary = 49152, ...}>;`
inline std::string model_source(const TextConfig& config) {
    return "using Model = " + std::string(config.family().model) + "<" + detail::config_source(config) + ">;\n";
}

/// A whole header, with `space::Model` and its sizes, `space::config`; `space` is a name for a namespace.
inline std::string model_header(const TextConfig& config, std::string_view space) {
    const FamilyFacts& family = config.family();
    const std::string name(space);
    return "// A text model's type, made by genotype-config of the model's files.\n#pragma once\n\n#include \"" +
           std::string(family.header) + "\"\n\nnamespace " + name + " {\n\ninline constexpr " +
           std::string(family.config) + " config = " + detail::config_source(config) +
           ";\nusing Model = " + std::string(family.model) + "<config>;\n\n}  // namespace " + name + "\n";
}

}  // namespace genotype::inline v0_1
