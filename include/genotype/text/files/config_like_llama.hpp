// What families that are made like Llama say of their sizes under the same names.
#pragma once

#include <cstddef>
#include <string>

#include "genotype/text/files/config_gguf.hpp"
#include "genotype/text/files/config_json.hpp"
#include "genotype/text/files/config_rope.hpp"

namespace genotype::inline v0_1::detail {

/// Of config.json: all sizes but a head's features, the epsilon of norms, whether the head is tied, and that the gate
/// is SiLU's. As many key-value heads as `if_absent` where nothing is said of them; a null, or an `if_absent` of 0, is
/// as many as heads.
template <class Config>
[[gnu::cold]] void read_sizes_like_llama(const JsonField& top, Config& config, int if_absent) {
    config.vocabulary = config_size(top["vocab_size"]);
    config.width = config_size(top["hidden_size"]);
    config.layers = config_size(top["num_hidden_layers"]);
    config.heads = config_size(top["num_attention_heads"]);
    const bool says_nothing = if_absent > 0 && !top.value.contains("num_key_value_heads");
    config.key_value_heads = config_size(top["num_key_value_heads"], says_nothing ? if_absent : config.heads);
    config.hidden = config_size(top["intermediate_size"]);
    config.context = config_size(top["max_position_embeddings"]);
    config.rms_epsilon = top["rms_norm_eps"].is_null() ? 1e-6f : config_positive(top["rms_norm_eps"]);
    config.tied = top["tie_word_embeddings"].flag(false);
    expect_one_of(top["hidden_act"], {"silu", "swish"});
}

template <class Config>
[[gnu::cold]] void expect_even_groups(const JsonField& top, const Config& config) {
    if (config.heads % config.key_value_heads != 0)
        top["num_key_value_heads"].wrong("a divisor of num_attention_heads, " + std::to_string(config.heads));
}

/// A head's features, which are the width's share where there is no word of them.
template <class Config>
[[gnu::cold]] void read_head_width_like_llama(const JsonField& top, Config& config) {
    if (top["head_dim"].is_null() && config.width % config.heads != 0)
        top["num_attention_heads"].wrong("a divisor of hidden_size, " + std::to_string(config.width));
    config.head_width = config_size(top["head_dim"], config.width / config.heads);
    expect_even_groups(top, config);
    if (config.head_width % 2 != 0) top["head_dim"].wrong("an even number, for rotary positions");
}

/// Refuses windows, which slide along a text, in any layer.
template <class Config>
[[gnu::cold]] void expect_full_attention(const JsonField& top, const Config& config) {
    expect_flag(top["use_sliding_window"], false);
    const JsonField types = top["layer_types"];
    if (types.is_null()) return;
    for (const JsonField& type : types.list())
        if (type.text() != "full_attention") type.wrong("full_attention");
    if (types.list().size() != static_cast<std::size_t>(config.layers))
        types.wrong(std::to_string(config.layers) + " types, one for each of num_hidden_layers");
}

/// Of a GGUF file: heads, key-value heads, and a head's features, which are the width's share where there is no word of
/// them.
template <class Config>
[[gnu::cold]] void read_heads_like_llama(GgufConfigReader& keys, Config& config) {
    config.heads = keys.size("attention.head_count");
    config.key_value_heads = keys.size("attention.head_count_kv", config.heads);
    if (config.heads % config.key_value_heads != 0)
        keys.wrong(std::to_string(config.key_value_heads), "a divisor of head_count, " + std::to_string(config.heads));
    const bool has_head_width = keys.has("attention.key_length");
    if (!has_head_width && config.width % config.heads != 0)
        keys.wrong("nothing", "the features of a head: " + std::to_string(config.heads) + " heads do not divide " +
                                  std::to_string(config.width));
    config.head_width = keys.size("attention.key_length", config.width / config.heads);
    if (config.head_width % 2 != 0) keys.wrong(std::to_string(config.head_width), "an even number");
    for (const char* same : {"attention.value_length", "rope.dimension_count"})
        if (const int said = keys.size(same, config.head_width); said != config.head_width)
            keys.wrong(std::to_string(said), std::to_string(config.head_width) + ", a head's features");
}

/// What is left of a GGUF file: rotary angles, that there is nothing else, and whether the head is tied.
template <class Config>
[[gnu::cold]] void read_rest_like_llama(const Gguf& file, GgufConfigReader& keys, Config& config) {
    config.rope_theta = keys.positive("rope.freq_base", 10'000);
    read_rope_scaling(keys, config);
    expect_plain_layers(file, keys, config.context);
    keys.expect_no_others();
    config.tied = keys.is_tied();
}

}  // namespace genotype::inline v0_1::detail
