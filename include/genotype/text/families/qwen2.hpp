// Qwen2: what its files say of a model, and how they name its parameters.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "genotype/models/llama_config.hpp"
#include "genotype/models/qwen2_config.hpp"
#include "genotype/text/family.hpp"
#include "genotype/text/files/config_gguf.hpp"
#include "genotype/text/files/config_json.hpp"
#include "genotype/text/files/config_like_llama.hpp"
#include "genotype/text/files/config_rope.hpp"

namespace genotype::inline v0_1 {

/// transformers: `Qwen2Config` and `Qwen2ForCausalLM`. Of GGUF files llama.cpp turns neither queries nor keys, as it
/// does a Llama's.
template <>
struct TextFamily<Qwen2Config> {
    static constexpr FamilyFacts facts{.name = "qwen2",
                                       .title = "Qwen2",
                                       .body = "model.",
                                       .model = "genotype::Qwen2",
                                       .config = "genotype::Qwen2Config",
                                       .header = "genotype/models/qwen2.hpp",
                                       .said = {"width", "heads"},
                                       .buffers = {".rotary_emb.inv_freq"},
                                       .tokenizer_class = "Qwen2Tokenizer"};

    static constexpr std::array<FamilyParameter, 9> parameters(const Qwen2Config& c) {
        using enum FamilyForm;
        using At = detail::LlamaLayers;  // its network is nested as a Llama's
        const long keys = long{c.key_value_heads} * (c.width / c.heads);
        return {{{At::embedding, weight, {{"model.embed_tokens", "token_embd", c.vocabulary}}},
                 {At::attention_norm, weight, {{"model.layers.#.input_layernorm", "blk.#.attn_norm", c.width}}},
                 {At::attention_in,
                  weight_and_bias,
                  {{"model.layers.#.self_attn.q_proj", "blk.#.attn_q", c.width},
                   {"model.layers.#.self_attn.k_proj", "blk.#.attn_k", keys},
                   {"model.layers.#.self_attn.v_proj", "blk.#.attn_v", keys}}},
                 {At::attention_out, weight, {{"model.layers.#.self_attn.o_proj", "blk.#.attn_output", c.width}}},
                 {At::feed_norm, weight, {{"model.layers.#.post_attention_layernorm", "blk.#.ffn_norm", c.width}}},
                 {At::feed_in,
                  weight,
                  {{"model.layers.#.mlp.gate_proj", "blk.#.ffn_gate", c.hidden},
                   {"model.layers.#.mlp.up_proj", "blk.#.ffn_up", c.hidden}}},
                 {At::feed_out, weight, {{"model.layers.#.mlp.down_proj", "blk.#.ffn_down", c.width}}},
                 {At::last_norm, weight, {{"model.norm", "output_norm", c.width}}},
                 {At::head, weight, {{"lm_head", "output", c.vocabulary}}}}};
    }

    static Qwen2Config read(const ConfigField& top) {
        Qwen2Config config;
        detail::read_sizes_like_llama(top, config, 32);
        if (config.width % (2 * config.heads) != 0)
            top["num_attention_heads"].wrong("heads of an even width, of hidden_size " + std::to_string(config.width) +
                                             " in all");
        detail::expect_even_groups(top, config);
        const int head_width = config.width / config.heads;
        if (const ConfigField said = top["head_dim"]; config_size(said, head_width) != head_width)
            said.wrong(std::to_string(head_width) + ", hidden_size over num_attention_heads");
        config.rope_theta = 10'000;  // where nothing is said, as transformers has it
        detail::expect_full_attention(top, config);
        read_rope(top, config);
        return config;
    }

    static Qwen2Config read(const Gguf& file) {
        GgufKeys keys(file, facts.name);
        auto config = read_common_sizes<Qwen2Config>(file, keys);
        config.rms_epsilon = keys.positive("attention.layer_norm_rms_epsilon");
        config.heads = keys.size("attention.head_count");
        if (config.width % (2 * config.heads) != 0)
            keys.wrong(std::to_string(config.heads),
                       "heads of an even width, of " + std::to_string(config.width) + " in all");
        config.key_value_heads = keys.size("attention.head_count_kv", config.heads);
        if (config.heads % config.key_value_heads != 0)
            keys.wrong(std::to_string(config.key_value_heads),
                       "a divisor of head_count, " + std::to_string(config.heads));
        const int head_width = config.width / config.heads;
        for (const char* same : {"attention.key_length", "attention.value_length", "rope.dimension_count"})
            if (const int said = keys.size(same, head_width); said != head_width)
                keys.wrong(std::to_string(said), std::to_string(head_width) + ", a head's features");
        detail::read_rest_like_llama(file, keys, config);
        return config;
    }

    static constexpr Qwen2Config base(const Qwen2Config& c) { return {.width = c.width, .heads = c.heads}; }
};

}  // namespace genotype::inline v0_1
