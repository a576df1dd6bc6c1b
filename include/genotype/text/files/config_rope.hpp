// The angles of rotary positions as files say them, for families whose configs have them as `LlamaConfig` has.
#pragma once

#include <string>
#include <string_view>

#include "genotype/models/rope_scaling.hpp"
#include "genotype/text/files/config_gguf.hpp"
#include "genotype/text/files/config_json.hpp"

namespace genotype::inline v0_1 {

/// "none", "linear" or "llama3".
constexpr std::string_view rope_scaling_name(RopeScaling scaling) {
    return scaling == RopeScaling::none ? "none" : scaling == RopeScaling::linear ? "linear" : "llama3";
}
constexpr std::string_view option_word(RopeScaling scaling) {
    return rope_scaling_name(scaling);
}
constexpr std::string_view option_type(RopeScaling) {
    return "genotype::RopeScaling";
}

namespace detail {

/// The angles of rotary positions: `rope_theta` and `rope_scaling` beside each other, or both in `rope_parameters`, as
/// transformers 5 writes them.
template <class Config>
[[gnu::cold]] void read_rope(const JsonField& top, Config& config) {
    const bool is_new = !top["rope_parameters"].is_null();
    if (is_new && !top["rope_scaling"].is_null()) top["rope_scaling"].wrong("nothing, where there are rope_parameters");
    const JsonField rope = top[is_new ? "rope_parameters" : "rope_scaling"];
    for (const JsonField& place : {top, rope}) {
        if (place.is_null()) continue;
        const JsonField theta = place["rope_theta"], part = place["partial_rotary_factor"];
        if (!theta.is_null()) config.rope_theta = config_positive(theta);
        if (!part.is_null() && part.number() != 1) part.wrong("1, or nothing");
    }
    if (rope.is_null()) return;
    const JsonField type = rope[rope["rope_type"].is_null() ? "type" : "rope_type"];
    const std::string kind = type.is_null() ? "default" : type.text();
    if (kind == "default") return;
    if (kind != "linear" && kind != "llama3") type.wrong("default, linear or llama3");
    config.rope_factor = config_positive(rope["factor"]);
    if (kind == "linear") {
        config.rope_scaling = RopeScaling::linear;
        return;
    }
    config.rope_scaling = RopeScaling::llama3;
    config.rope_low_freq_factor = config_positive(rope["low_freq_factor"]);
    config.rope_high_freq_factor = config_positive(rope["high_freq_factor"]);
    config.rope_original_context = config_size(rope["original_max_position_embeddings"]);
    if (!(config.rope_high_freq_factor > config.rope_low_freq_factor))
        rope["high_freq_factor"].wrong("more than low_freq_factor, " + config_text(config.rope_low_freq_factor));
}

/// As llama.cpp has it: a factor without words for the kind of scaling is a linear one, 0 and 1 are none.
template <class Config>
[[gnu::cold]] void read_rope_scaling(GgufConfigReader& keys, Config& config) {
    const std::string_view scaling = keys.text("rope.scaling.type", "linear");
    if (scaling != "linear" && scaling != "none") keys.wrong(in_quotes(scaling), "none or linear");
    const char* const key = keys.has("rope.scaling.factor") ? "rope.scaling.factor" : "rope.scale_linear";
    const float factor = keys.number(key, 1);
    for (const char* other :
         {"rope.scaling.factor", "rope.scale_linear", "rope.scaling.original_context_length", "rope.scaling.finetuned"})
        keys.has(other);
    if (scaling == "none" || factor == 0 || factor == 1) return;
    config.rope_scaling = RopeScaling::linear;
    config.rope_factor = keys.positive(key);
}

}  // namespace detail
}  // namespace genotype::inline v0_1
