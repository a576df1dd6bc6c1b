// GPT-2: what its files say of a model, and how they name its parameters.
#pragma once

#include <array>
#include <string>

#include "genotype/models/gpt2_config.hpp"
#include "genotype/text/family.hpp"
#include "genotype/text/files/config_gguf.hpp"
#include "genotype/text/files/config_json.hpp"

namespace genotype::inline v0_1 {

/// transformers: `GPT2Config` and `GPT2LMHeadModel`. Queries, keys and values are one matrix on both sides, in this
/// order.
template <>
struct TextFamily<GPT2Config> {
    static constexpr FamilyFacts facts{.name = "gpt2",
                                       .title = "GPT-2",
                                       .body = "transformer.",
                                       .model = "genotype::GPT2",
                                       .config = "genotype::GPT2Config",
                                       .header = "genotype/models/gpt2.hpp",
                                       .said = {"width"},
                                       .buffers = {".attn.bias", ".attn.masked_bias"},
                                       .end_token = 50256,
                                       .first_token = 50256,
                                       .tokenizer_class = "GPT2Tokenizer",
                                       .scaled_residuals = true};

    static constexpr std::array<FamilyParameter, 10> parameters(const GPT2Config& c) {
        using enum FamilyForm;
        using At = detail::GPT2Layers;
        return {
            {{At::embedding, weight, {{"transformer.wte", "token_embd", c.vocabulary}}},
             {At::positions, weight, {{"transformer.wpe", "position_embd", c.context}}},
             {At::attention_norm, weight_and_bias, {{"transformer.h.#.ln_1", "blk.#.attn_norm", c.width}}},
             {At::attention_in, transposed_weight, {{"transformer.h.#.attn.c_attn", "blk.#.attn_qkv", 3L * c.width}}},
             {At::attention_out, transposed_weight, {{"transformer.h.#.attn.c_proj", "blk.#.attn_output", c.width}}},
             {At::feed_norm, weight_and_bias, {{"transformer.h.#.ln_2", "blk.#.ffn_norm", c.width}}},
             {At::feed_in, transposed_weight, {{"transformer.h.#.mlp.c_fc", "blk.#.ffn_up", c.hidden}}},
             {At::feed_out, transposed_weight, {{"transformer.h.#.mlp.c_proj", "blk.#.ffn_down", c.width}}},
             {At::last_norm, weight_and_bias, {{"transformer.ln_f", "output_norm", c.width}}},
             {At::head, weight, {{"lm_head", "output", c.vocabulary}}}}};
    }

    static GPT2Config read(const ConfigField& top) {
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
        if (config.width % config.heads != 0)
            top["n_head"].wrong("a divisor of n_embd, " + std::to_string(config.width));
        return config;
    }

    static GPT2Config read(const Gguf& file) {
        GgufKeys keys(file, facts.name);
        auto config = read_common_sizes<GPT2Config>(file, keys);
        config.norm_epsilon = keys.positive("attention.layer_norm_epsilon");
        config.heads = keys.size("attention.head_count");
        if (config.width % config.heads != 0)
            keys.wrong(std::to_string(config.heads), "a divisor of embedding_length, " + std::to_string(config.width));
        if (const int said = keys.size("attention.head_count_kv", config.heads); said != config.heads)
            keys.wrong(std::to_string(said), std::to_string(config.heads) + ", as head_count");
        for (const char* same : {"attention.key_length", "attention.value_length"})
            if (const int width = config.width / config.heads, said = keys.size(same, width); said != width)
                keys.wrong(std::to_string(said), std::to_string(width) + ", a head's features");
        expect_plain_layers(file, keys, config.context);
        keys.expect_no_others();
        config.tied = keys.is_tied();
        return config;
    }

    static constexpr GPT2Config base(const GPT2Config& c) { return {.width = c.width}; }
};

}  // namespace genotype::inline v0_1
