// Names of a Llama's parameters: ours, which come from the nesting of its layers, and Hugging Face's.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "genotype/models/llama_config.hpp"
#include "genotype/text/weight_sources.hpp"

namespace genotype {

/// What a parameter of `Llama<config>` is made of, or nothing where it has none of this name.
///
///     body.0.3.0.branch.1.0.weight    model.layers.3.self_attn.q_proj.weight, k_proj and v_proj, stacked
inline std::optional<WeightSources> llama_sources(std::string_view name, const LlamaConfig& config) {
    detail::NameWords words(name);
    const auto stack = [](std::vector<WeightPart> parts) { return WeightSources{std::move(parts)}; };
    if (words.is_weight_of("embedding")) return stack({{"model.embed_tokens.weight", config.vocabulary}});
    if (words.is_weight_of("head") && !config.tied) return stack({{"lm_head.weight", config.vocabulary}});
    if (!words.take("body")) return {};
    if (words.is_weight_of("1")) return stack({{"model.norm.weight", config.width}});
    if (!words.take("0")) return {};
    const std::optional<int> layer = words.number(config.layers);
    if (!layer) return {};
    const auto part = [&](const char* source, long rows) {
        return WeightPart{"model.layers." + std::to_string(*layer) + "." + source + words.leaf(), rows};
    };
    const long queries = long{config.heads} * config.head_width,
               keys = long{config.key_value_heads} * config.head_width;
    if (words.is_weight_of("0.branch.0")) return stack({part("input_layernorm.", config.width)});
    if (words.is_leaf_of("0.branch.1.0"))
        return stack(
            {part("self_attn.q_proj.", queries), part("self_attn.k_proj.", keys), part("self_attn.v_proj.", keys)});
    if (words.is_leaf_of("0.branch.1.3")) return stack({part("self_attn.o_proj.", config.width)});
    if (words.is_weight_of("1.branch.0")) return stack({part("post_attention_layernorm.", config.width)});
    if (words.is_leaf_of("1.branch.1"))
        return stack({part("mlp.gate_proj.", config.hidden), part("mlp.up_proj.", config.hidden)});
    if (words.is_leaf_of("1.branch.3")) return stack({part("mlp.down_proj.", config.width)});
    return {};
}

}  // namespace genotype
