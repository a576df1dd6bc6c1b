// Llama: what its files say of a model, and how they name its parameters.
#pragma once

#include <array>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "genotype/kernels/rotary.hpp"
#include "genotype/models/llama_config.hpp"
#include "genotype/text/family.hpp"
#include "genotype/text/files/config_gguf.hpp"
#include "genotype/text/files/config_json.hpp"
#include "genotype/text/files/config_like_llama.hpp"
#include "genotype/text/files/config_rope.hpp"

namespace genotype::inline v0_1 {

namespace detail {

/// By how much llama3's scaling divides each frequency.
[[gnu::cold]] inline std::vector<double> llama3_divisors(const LlamaConfig& config) {
    const kernels::RotaryTurns plain{.theta = config.rope_theta};
    const kernels::RotaryTurns scaled{.theta = config.rope_theta,
                                      .factor = config.rope_factor,
                                      .low_freq_factor = config.rope_low_freq_factor,
                                      .high_freq_factor = config.rope_high_freq_factor,
                                      .original_context = static_cast<double>(config.rope_original_context)};
    std::vector<float> before(static_cast<std::size_t>(config.head_width) / 2), after(before.size());
    kernels::rotary_frequencies(plain, config.head_width, before.data());
    kernels::rotary_frequencies(scaled, config.head_width, after.data());
    std::vector<double> divisors;
    for (std::size_t pair = 0; pair < before.size(); ++pair)
        divisors.push_back(double{before[pair]} / double{after[pair]});
    return divisors;
}

/// Converted files of Llama 3.1 and later have no words for their scaling but the divisors that it comes to. Those of
/// Meta's own models, which differ in one factor alone, are found again; any others are an `Error`.
[[gnu::cold]] inline void read_rope_freqs(const Gguf& file, LlamaConfig& config) {
    const GgufTensor* const tensor = file.find("rope_freqs.weight");
    if (!tensor) return;
    const auto wrong = [&](const std::string& found) {
        fail(file.name(), "\"rope_freqs.weight\"", found,
             "the divisors of llama3's scaling with low_freq_factor 1, high_freq_factor 4 and an original context of "
             "8192");
    };
    std::vector<float> found(static_cast<std::size_t>(config.head_width) / 2);
    if (tensor->type != StorageType::F32 || tensor->count() != found.size()) wrong(tensor->text());
    file.dequantize(*tensor, found);
    if (config.rope_scaling != RopeScaling::none) wrong("them beside another scaling");
    config.rope_scaling = RopeScaling::llama3;
    config.rope_factor = found.back();
    if (!(config.rope_factor >= 1 && std::isfinite(config.rope_factor)))
        wrong("a last one of " + config_text(found.back()));
    const std::vector<double> wanted = llama3_divisors(config);
    for (std::size_t pair = 0; pair < found.size(); ++pair)
        if (!(std::abs(double{found[pair]} - wanted[pair]) <= 1e-4 * wanted[pair]))
            wrong(config_text(found[pair]) + " for pair " + std::to_string(pair));
}

}  // namespace detail

/// transformers: `LlamaConfig` and `LlamaForCausalLM`. Queries, keys and values are one matrix here, and so are gate
/// and up.
template <>
struct TextFamily<LlamaConfig> {
    static constexpr FamilyFacts facts{.name = "llama",
                                       .title = "Llama",
                                       .body = "model.",
                                       .model = "genotype::Llama",
                                       .config = "genotype::LlamaConfig",
                                       .header = "genotype/models/llama.hpp",
                                       .said = {"width", "heads"},
                                       .buffers = {".rotary_emb.inv_freq"},
                                       .gguf_buffers = {"rope_freqs.weight"},
                                       .end_token = 2,
                                       .first_token = 1};

    static constexpr std::array<FamilyParameter, 9> parameters(const LlamaConfig& c) {
        using enum FamilyForm;
        using At = detail::LlamaLayers;
        const long queries = long{c.heads} * c.head_width, keys = long{c.key_value_heads} * c.head_width;
        return {
            {{At::embedding, weight, {{"model.embed_tokens", "token_embd", c.vocabulary}}},
             {At::attention_norm, weight, {{"model.layers.#.input_layernorm", "blk.#.attn_norm", c.width}}},
             {At::attention_in,
              weight_and_bias,
              {{"model.layers.#.self_attn.q_proj", "blk.#.attn_q", queries, c.heads},
               {"model.layers.#.self_attn.k_proj", "blk.#.attn_k", keys, c.key_value_heads},
               {"model.layers.#.self_attn.v_proj", "blk.#.attn_v", keys}}},
             {At::attention_out, weight_and_bias, {{"model.layers.#.self_attn.o_proj", "blk.#.attn_output", c.width}}},
             {At::feed_norm, weight, {{"model.layers.#.post_attention_layernorm", "blk.#.ffn_norm", c.width}}},
             {At::feed_in,
              weight_and_bias,
              {{"model.layers.#.mlp.gate_proj", "blk.#.ffn_gate", c.hidden},
               {"model.layers.#.mlp.up_proj", "blk.#.ffn_up", c.hidden}}},
             {At::feed_out, weight_and_bias, {{"model.layers.#.mlp.down_proj", "blk.#.ffn_down", c.width}}},
             {At::last_norm, weight, {{"model.norm", "output_norm", c.width}}},
             {At::head, weight, {{"lm_head", "output", c.vocabulary}}}}};
    }

    static LlamaConfig read(const ConfigField& top) {
        LlamaConfig config;
        detail::read_sizes_like_llama(top, config, 0);
        detail::read_head_width_like_llama(top, config);
        config.attention_bias = top["attention_bias"].flag(false);
        config.mlp_bias = top["mlp_bias"].flag(false);
        expect_flag(top["rope_interleaved"], false);
        if (!top["pretraining_tp"].is_null()) top["pretraining_tp"].whole(1, 1);
        read_rope(top, config);
        return config;
    }

    static LlamaConfig read(const Gguf& file) {
        GgufKeys keys(file, facts.name);
        auto config = read_common_sizes<LlamaConfig>(file, keys);
        config.rms_epsilon = keys.positive("attention.layer_norm_rms_epsilon");
        detail::read_heads_like_llama(keys, config);
        detail::read_rest_like_llama(file, keys, config);
        detail::read_rope_freqs(file, config);
        config.attention_bias = file.find("blk.0.attn_output.bias") != nullptr;
        config.mlp_bias = file.find("blk.0.ffn_down.bias") != nullptr;
        return config;
    }

    static constexpr LlamaConfig base(const LlamaConfig& c) { return {.width = c.width, .heads = c.heads}; }
};

}  // namespace genotype::inline v0_1
