// Qwen3: what its files say of a model, and how they name its parameters.
#pragma once

#include <array>

#include "genotype/models/llama_config.hpp"
#include "genotype/models/qwen3_config.hpp"
#include "genotype/text/family.hpp"
#include "genotype/text/files/config_gguf.hpp"
#include "genotype/text/files/config_json.hpp"
#include "genotype/text/files/config_like_llama.hpp"
#include "genotype/text/files/config_rope.hpp"

namespace genotype::inline v0_1 {

/// transformers: `Qwen3Config` and `Qwen3ForCausalLM`. Of GGUF files llama.cpp turns neither queries nor keys, as it
/// does a Llama's.
template <>
struct TextFamily<Qwen3Config> {
    static constexpr FamilyFacts facts{.name = "qwen3",
                                       .title = "Qwen3",
                                       .body = "model.",
                                       .model = "genotype::Qwen3",
                                       .config = "genotype::Qwen3Config",
                                       .header = "genotype/models/qwen3.hpp",
                                       .said = {"width", "heads"},
                                       .buffers = {".rotary_emb.inv_freq"},
                                       .tokenizer_class = "Qwen2Tokenizer"};

    static constexpr std::array<FamilyParameter, 11> parameters(const Qwen3Config& c) {
        using enum FamilyForm;
        using At = detail::LlamaLayers;  // its network is nested as a Llama's
        using Own = detail::Qwen3Layers;
        const long queries = long{c.heads} * c.head_width, keys = long{c.key_value_heads} * c.head_width;
        return {{{At::embedding, weight, {{"model.embed_tokens", "token_embd", c.vocabulary}}},
                 {At::attention_norm, weight, {{"model.layers.#.input_layernorm", "blk.#.attn_norm", c.width}}},
                 {At::attention_in,
                  weight,
                  {{"model.layers.#.self_attn.q_proj", "blk.#.attn_q", queries},
                   {"model.layers.#.self_attn.k_proj", "blk.#.attn_k", keys},
                   {"model.layers.#.self_attn.v_proj", "blk.#.attn_v", keys}}},
                 {Own::query_norm, weight, {{"model.layers.#.self_attn.q_norm", "blk.#.attn_q_norm", c.head_width}}},
                 {Own::key_norm, weight, {{"model.layers.#.self_attn.k_norm", "blk.#.attn_k_norm", c.head_width}}},
                 {Own::attention_out, weight, {{"model.layers.#.self_attn.o_proj", "blk.#.attn_output", c.width}}},
                 {At::feed_norm, weight, {{"model.layers.#.post_attention_layernorm", "blk.#.ffn_norm", c.width}}},
                 {At::feed_in,
                  weight,
                  {{"model.layers.#.mlp.gate_proj", "blk.#.ffn_gate", c.hidden},
                   {"model.layers.#.mlp.up_proj", "blk.#.ffn_up", c.hidden}}},
                 {At::feed_out, weight, {{"model.layers.#.mlp.down_proj", "blk.#.ffn_down", c.width}}},
                 {At::last_norm, weight, {{"model.norm", "output_norm", c.width}}},
                 {At::head, weight, {{"lm_head", "output", c.vocabulary}}}}};
    }

    static Qwen3Config read(const ConfigField& top) {
        Qwen3Config config;
        detail::read_sizes_like_llama(top, config, 32);
        config.head_width = top.value.contains("head_dim") ? config_size(top["head_dim"]) : 128;
        detail::expect_even_groups(top, config);
        if (config.head_width % 2 != 0) top["head_dim"].wrong("an even number, for rotary positions");
        expect_flag(top["attention_bias"], false);
        detail::expect_full_attention(top, config);
        config.rope_theta = 10'000;  // where nothing is said, as transformers has it
        read_rope(top, config);
        return config;
    }

    static Qwen3Config read(const Gguf& file) {
        GgufKeys keys(file, facts.name);
        auto config = read_common_sizes<Qwen3Config>(file, keys);
        config.rms_epsilon = keys.positive("attention.layer_norm_rms_epsilon");
        detail::read_heads_like_llama(keys, config);
        detail::read_rest_like_llama(file, keys, config);
        return config;
    }

    static constexpr Qwen3Config base(const Qwen3Config& c) { return {.width = c.width, .heads = c.heads}; }
};

}  // namespace genotype::inline v0_1
