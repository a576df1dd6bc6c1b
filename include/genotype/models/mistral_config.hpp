// The sizes of a Mistral, as a value that a type can have.
#pragma once

#include "genotype/models/llama_config.hpp"
#include "genotype/models/rope_scaling.hpp"

namespace genotype::inline v0_1 {

/// What a model of Mistral's family is made of, for a template argument. transformers equivalent: `MistralConfig`,
/// whose names are given where ours differ.
struct MistralConfig {
    int vocabulary = 0;                              ///< tokens (vocab_size)
    int width = 0;                                   ///< features of a token between the layers (hidden_size)
    int layers = 0;                                  ///< num_hidden_layers
    int heads = 0;                                   ///< of queries (num_attention_heads)
    int key_value_heads = heads;                     ///< num_key_value_heads; divides `heads`
    int head_width = heads > 0 ? width / heads : 0;  ///< features of a head, an even number (head_dim)
    int hidden = 0;                                  ///< features inside the gated part (intermediate_size)
    int context = 0;                                 ///< positions (max_position_embeddings)
    float rope_theta = 1'000'000;                    ///< base of the angles
    RopeScaling rope_scaling = RopeScaling::none;    ///< rope_type
    float rope_factor = 1;                           ///< of both scalings (factor)
    float rope_low_freq_factor = 1;                  ///< of llama3, as the two below
    float rope_high_freq_factor = 4;
    int rope_original_context = 8192;  ///< original_max_position_embeddings
    float rms_epsilon = 1e-5f;         ///< rms_norm_eps
    bool tied = false;                 ///< the head's weights are the embedding's

    template <class Visit>
    constexpr void for_each_option(Visit&& visit) const {
        const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = *this;
        visit("vocabulary", a);
        visit("width", b);
        visit("layers", c);
        visit("heads", d);
        visit("key_value_heads", e);
        visit("head_width", f);
        visit("hidden", g);
        visit("context", h);
        visit("rope_theta", i);
        visit("rope_scaling", j);
        visit("rope_factor", k);
        visit("rope_low_freq_factor", l);
        visit("rope_high_freq_factor", m);
        visit("rope_original_context", n);
        visit("rms_epsilon", o);
        visit("tied", p);
    }
    friend constexpr bool operator==(const MistralConfig&, const MistralConfig&) = default;
};

/// mistralai/Mistral-7B-v0.3, and its Instruct version. Sources: Jiang et al., "Mistral 7B", 2023, arXiv:2310.06825,
/// and its config.json at Hugging Face.
inline constexpr MistralConfig mistral_7b_v0_3{.vocabulary = 32768,
                                               .width = 4096,
                                               .layers = 32,
                                               .heads = 32,
                                               .key_value_heads = 8,
                                               .hidden = 14336,
                                               .context = 32768};

namespace detail {

/// The Llama that a Mistral is.
constexpr LlamaConfig llama_of(const MistralConfig& c) {
    return {.vocabulary = c.vocabulary,
            .width = c.width,
            .layers = c.layers,
            .heads = c.heads,
            .key_value_heads = c.key_value_heads,
            .head_width = c.head_width,
            .hidden = c.hidden,
            .context = c.context,
            .rope_theta = c.rope_theta,
            .rope_scaling = c.rope_scaling,
            .rope_factor = c.rope_factor,
            .rope_low_freq_factor = c.rope_low_freq_factor,
            .rope_high_freq_factor = c.rope_high_freq_factor,
            .rope_original_context = c.rope_original_context,
            .rms_epsilon = c.rms_epsilon,
            .tied = c.tied};
}

}  // namespace detail
}  // namespace genotype::inline v0_1
