// Hugging Face's config.json of a GPT-2 or a Llama. What transformers reads of it is read, or refused by its name.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "genotype/text/json_field.hpp"
#include "genotype/text/text_config.hpp"

namespace genotype::detail {

inline int config_size(const JsonField& field) {
    return field.whole(1, largest_size);
}
inline int config_size(const JsonField& field, int if_absent) {
    return field.is_null() ? if_absent : config_size(field);
}
inline float config_positive(const JsonField& field) {
    const float number = field.number();
    if (!(number > 0)) field.wrong("a number above 0");
    return number;
}
/// Refuses a field that says anything else than how these models are made here.
inline void expect_flag(const JsonField& field, bool expected) {
    if (field.flag(expected) != expected) field.wrong(expected ? "true" : "false");
}
/// The names of one function in transformers.
inline void expect_one_of(const JsonField& field, std::initializer_list<std::string_view> names) {
    if (field.is_null() || std::find(names.begin(), names.end(), field.text()) != names.end()) return;
    std::string expected;
    for (const std::string_view name : names) expected += (expected.empty() ? "" : " or ") + std::string(name);
    field.wrong(expected);
}

inline GPT2Config read_gpt2_config(const JsonField& top) {
    GPT2Config config;
    config.vocabulary = config_size(top["vocab_size"]);
    config.context = config_size(top[top["n_positions"].is_null() ? "n_ctx" : "n_positions"]);
    config.width = config_size(top["n_embd"]);
    config.layers = config_size(top["n_layer"]);
    config.heads = config_size(top["n_head"]);
    config.hidden = config_size(top["n_inner"], 4 * config.width);
    if (!top["layer_norm_epsilon"].is_null()) config.norm_epsilon = config_positive(top["layer_norm_epsilon"]);
    config.tied = top["tie_word_embeddings"].flag(true);
    expect_one_of(top["activation_function"],
                  {"gelu_new", "gelu_pytorch_tanh", "gelu_fast", "gelu_accurate", "gelu_python_tanh"});
    expect_flag(top["scale_attn_weights"], true);
    expect_flag(top["scale_attn_by_inverse_layer_idx"], false);
    expect_flag(top["add_cross_attention"], false);
    if (config.width % config.heads != 0) top["n_head"].wrong("a divisor of n_embd, " + std::to_string(config.width));
    return config;
}

/// The angles of rotary positions: `rope_theta` and `rope_scaling` beside each other, or both in `rope_parameters`, as
/// transformers 5 writes them.
inline void read_rope(const JsonField& top, LlamaConfig& config) {
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

inline LlamaConfig read_llama_config(const JsonField& top) {
    LlamaConfig config;
    config.vocabulary = config_size(top["vocab_size"]);
    config.width = config_size(top["hidden_size"]);
    config.layers = config_size(top["num_hidden_layers"]);
    config.heads = config_size(top["num_attention_heads"]);
    config.key_value_heads = config_size(top["num_key_value_heads"], config.heads);
    if (top["head_dim"].is_null() && config.width % config.heads != 0)
        top["num_attention_heads"].wrong("a divisor of hidden_size, " + std::to_string(config.width));
    config.head_width = config_size(top["head_dim"], config.width / config.heads);
    config.hidden = config_size(top["intermediate_size"]);
    config.context = config_size(top["max_position_embeddings"]);
    config.rms_epsilon = top["rms_norm_eps"].is_null() ? 1e-6f : config_positive(top["rms_norm_eps"]);
    config.tied = top["tie_word_embeddings"].flag(false);
    config.attention_bias = top["attention_bias"].flag(false);
    config.mlp_bias = top["mlp_bias"].flag(false);
    expect_one_of(top["hidden_act"], {"silu", "swish"});
    expect_flag(top["rope_interleaved"], false);
    if (!top["pretraining_tp"].is_null()) top["pretraining_tp"].whole(1, 1);
    read_rope(top, config);
    if (config.heads % config.key_value_heads != 0)
        top["num_key_value_heads"].wrong("a divisor of num_attention_heads, " + std::to_string(config.heads));
    if (config.head_width % 2 != 0) top["head_dim"].wrong("an even number, for rotary positions");
    return config;
}

/// What the text of a config.json says. Fields that transformers does not know of these models change nothing there,
/// and nothing here.
inline TextConfig read_config_json(std::string_view text, const std::string& file) {
    const nlohmann::json json = parse_json_object(text, file);
    const JsonField top{json, file, ""};
    const JsonField type = top["model_type"];
    if (!type.value.is_string() || (type.text() != "gpt2" && type.text() != "llama")) type.wrong("gpt2 or llama");
    if (!top["quantization_config"].is_null()) top["quantization_config"].wrong("nothing: weights as they are");
    if (type.text() == "gpt2") return read_gpt2_config(top);
    return read_llama_config(top);
}

}  // namespace genotype::detail
