// The sizes of a Qwen3, as a value that a type can have.
#pragma once

#include <string_view>

#include "genotype/models/rope_scaling.hpp"

namespace genotype::inline v0_1 {

/// What a dense model of Qwen3's family is made of, for a template argument. transformers equivalent: `Qwen3Config`,
/// whose names are given where ours differ.
struct Qwen3Config {
    int vocabulary = 0;                            ///< tokens (vocab_size)
    int width = 0;                                 ///< features of a token between the layers (hidden_size)
    int layers = 0;                                ///< num_hidden_layers
    int heads = 0;                                 ///< of queries (num_attention_heads)
    int key_value_heads = heads;                   ///< num_key_value_heads; divides `heads`
    int head_width = 128;                          ///< features of a head, an even number (head_dim)
    int hidden = 0;                                ///< features inside the gated part (intermediate_size)
    int context = 0;                               ///< positions (max_position_embeddings)
    float rope_theta = 1'000'000;                  ///< base of the angles
    RopeScaling rope_scaling = RopeScaling::none;  ///< rope_type
    float rope_factor = 1;                         ///< of both scalings (factor)
    float rope_low_freq_factor = 1;                ///< of llama3, as the two below
    float rope_high_freq_factor = 4;
    int rope_original_context = 8192;  ///< original_max_position_embeddings
    float rms_epsilon = 1e-6f;         ///< of all norms (rms_norm_eps)
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
    friend constexpr bool operator==(const Qwen3Config&, const Qwen3Config&) = default;
};

/// Qwen/Qwen3-0.6B, -1.7B and -4B. Source: Yang et al., "Qwen3 technical report", 2025, arXiv:2505.09388, and their
/// config.json files at Hugging Face.
inline constexpr Qwen3Config qwen3_0_6b{.vocabulary = 151936,
                                        .width = 1024,
                                        .layers = 28,
                                        .heads = 16,
                                        .key_value_heads = 8,
                                        .hidden = 3072,
                                        .context = 40960,
                                        .tied = true};
inline constexpr Qwen3Config qwen3_1_7b{.vocabulary = 151936,
                                        .width = 2048,
                                        .layers = 28,
                                        .heads = 16,
                                        .key_value_heads = 8,
                                        .hidden = 6144,
                                        .context = 40960,
                                        .tied = true};
inline constexpr Qwen3Config qwen3_4b{.vocabulary = 151936,
                                      .width = 2560,
                                      .layers = 36,
                                      .heads = 32,
                                      .key_value_heads = 8,
                                      .hidden = 9728,
                                      .context = 40960,
                                      .tied = true};

namespace detail {

/// Where what a Llama has not, or has elsewhere, is among the children of a Qwen3's network, as in `LlamaLayers`.
struct Qwen3Layers {
    static constexpr std::string_view query_norm = "body.0.#.0.branch.1.1.queries";
    static constexpr std::string_view key_norm = "body.0.#.0.branch.1.1.keys";
    static constexpr std::string_view attention_out = "body.0.#.0.branch.1.4";
};

}  // namespace detail
}  // namespace genotype::inline v0_1
