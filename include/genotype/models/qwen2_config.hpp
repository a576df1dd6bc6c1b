// The sizes of a Qwen2, as a value that a type can have.
#pragma once

#include <string_view>

#include "genotype/models/rope_scaling.hpp"

namespace genotype::inline v0_1 {

/// What a model of Qwen2's family is made of, Qwen2.5 too, for a template argument. transformers equivalent:
/// `Qwen2Config`, whose names are given where ours differ.
struct Qwen2Config {
    int vocabulary = 0;                            ///< tokens (vocab_size)
    int width = 0;                                 ///< features of a token between the layers (hidden_size)
    int layers = 0;                                ///< num_hidden_layers
    int heads = 0;                                 ///< of queries (num_attention_heads); divides `width`
    int key_value_heads = heads;                   ///< num_key_value_heads; divides `heads`
    int hidden = 0;                                ///< features inside the gated part (intermediate_size)
    int context = 0;                               ///< positions (max_position_embeddings)
    float rope_theta = 1'000'000;                  ///< base of the angles
    RopeScaling rope_scaling = RopeScaling::none;  ///< rope_type
    float rope_factor = 1;                         ///< of both scalings (factor)
    float rope_low_freq_factor = 1;                ///< of llama3, as the two below
    float rope_high_freq_factor = 4;
    int rope_original_context = 8192;  ///< original_max_position_embeddings
    float rms_epsilon = 1e-6f;         ///< rms_norm_eps
    bool tied = false;                 ///< the head's weights are the embedding's

    template <class Visit>
    constexpr void for_each_option(Visit&& visit) const {
        const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o] = *this;
        visit("vocabulary", a);
        visit("width", b);
        visit("layers", c);
        visit("heads", d);
        visit("key_value_heads", e);
        visit("hidden", f);
        visit("context", g);
        visit("rope_theta", h);
        visit("rope_scaling", i);
        visit("rope_factor", j);
        visit("rope_low_freq_factor", k);
        visit("rope_high_freq_factor", l);
        visit("rope_original_context", m);
        visit("rms_epsilon", n);
        visit("tied", o);
    }
    friend constexpr bool operator==(const Qwen2Config&, const Qwen2Config&) = default;
};

/// Qwen/Qwen2.5-0.5B, -1.5B and -3B, and their Instruct versions. Source: Qwen team, "Qwen2.5 technical report", 2024,
/// arXiv:2412.15115, and their config.json files at Hugging Face.
inline constexpr Qwen2Config qwen2_5_0_5b{.vocabulary = 151936,
                                          .width = 896,
                                          .layers = 24,
                                          .heads = 14,
                                          .key_value_heads = 2,
                                          .hidden = 4864,
                                          .context = 32768,
                                          .tied = true};
inline constexpr Qwen2Config qwen2_5_1_5b{.vocabulary = 151936,
                                          .width = 1536,
                                          .layers = 28,
                                          .heads = 12,
                                          .key_value_heads = 2,
                                          .hidden = 8960,
                                          .context = 32768,
                                          .tied = true};
inline constexpr Qwen2Config qwen2_5_3b{.vocabulary = 151936,
                                        .width = 2048,
                                        .layers = 36,
                                        .heads = 16,
                                        .key_value_heads = 2,
                                        .hidden = 11008,
                                        .context = 32768,
                                        .tied = true};

}  // namespace genotype::inline v0_1
