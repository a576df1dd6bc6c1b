// Names of a GPT-2's parameters: ours, which come from the nesting of its layers, and Hugging Face's.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "genotype/models/gpt2_config.hpp"
#include "genotype/text/weight_sources.hpp"

namespace genotype {

/// What a parameter of `GPT2<config>` is made of, or nothing where it has none of this name. Queries, keys and values
/// are one matrix on both sides, in this order.
///
///     body.1.3.0.branch.1.0.weight    transformer.h.3.attn.c_attn.weight, transposed
inline std::optional<WeightSources> gpt2_sources(std::string_view name, const GPT2Config& config) {
    const auto whole = [](std::string source, long rows, bool transposed = false) {
        return WeightSources{{{std::move(source), rows}}, transposed};
    };
    detail::NameWords words(name);
    if (words.is_weight_of("embedding")) return whole("transformer.wte.weight", config.vocabulary);
    if (words.is_weight_of("head") && !config.tied) return whole("lm_head.weight", config.vocabulary);
    if (!words.take("body")) return {};
    if (words.is_weight_of("0")) return whole("transformer.wpe.weight", config.context);
    if (words.is_leaf_of("2")) return whole("transformer.ln_f." + words.leaf(), config.width);
    if (!words.take("1")) return {};
    const std::optional<int> layer = words.number(config.layers);
    if (!layer) return {};
    const std::string prefix = "transformer.h." + std::to_string(*layer) + ".";
    const auto linear = [&](const char* source, long rows) {
        return whole(prefix + source + words.leaf(), rows, words.is_weight());
    };
    if (words.is_leaf_of("0.branch.0")) return whole(prefix + "ln_1." + words.leaf(), config.width);
    if (words.is_leaf_of("0.branch.1.0")) return linear("attn.c_attn.", 3L * config.width);
    if (words.is_leaf_of("0.branch.1.2")) return linear("attn.c_proj.", config.width);
    if (words.is_leaf_of("1.branch.0")) return whole(prefix + "ln_2." + words.leaf(), config.width);
    if (words.is_leaf_of("1.branch.1")) return linear("mlp.c_fc.", config.hidden);
    if (words.is_leaf_of("1.branch.3")) return linear("mlp.c_proj.", config.width);
    return {};
}

}  // namespace genotype
