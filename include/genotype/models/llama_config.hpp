// The sizes of a Llama, as a value that a type can have.
#pragma once

#include <string_view>

#include "genotype/models/rope_scaling.hpp"

namespace genotype::inline v0_1 {

/// What a model of Llama's family is made of, for a template argument: `Llama<LlamaConfig{.vocabulary = 49152, ...}>`.
/// transformers equivalent: `LlamaConfig`, whose names are given where ours differ.
struct LlamaConfig {
    int vocabulary = 0;                              ///< tokens (vocab_size)
    int width = 0;                                   ///< features of a token between the layers (hidden_size)
    int layers = 0;                                  ///< num_hidden_layers
    int heads = 0;                                   ///< of queries (num_attention_heads)
    int key_value_heads = heads;                     ///< num_key_value_heads; divides `heads`
    int head_width = heads > 0 ? width / heads : 0;  ///< features of a head, an even number (head_dim)
    int hidden = 0;                                  ///< features inside the gated part (intermediate_size)
    int context = 0;                                 ///< positions (max_position_embeddings)
    float rope_theta = 10'000;                       ///< base of the angles
    RopeScaling rope_scaling = RopeScaling::none;    ///< rope_type
    float rope_factor = 1;                           ///< of both scalings (factor)
    float rope_low_freq_factor = 1;                  ///< of llama3, as the two below
    float rope_high_freq_factor = 4;
    int rope_original_context = 8192;  ///< original_max_position_embeddings
    float rms_epsilon = 1e-5f;         ///< rms_norm_eps
    bool tied = false;                 ///< the head's weights are the embedding's
    bool attention_bias = false;
    bool mlp_bias = false;

    template <class Visit>
    constexpr void for_each_option(Visit&& visit) const {
        const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r] = *this;
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
        visit("attention_bias", q);
        visit("mlp_bias", r);
    }
    friend constexpr bool operator==(const LlamaConfig&, const LlamaConfig&) = default;
};

/// HuggingFaceTB/SmolLM2-135M, -360M and -1.7B, and their Instruct versions. Source: Allal et al. (2025),
/// arXiv:2502.02737, and their config.json files at Hugging Face.
inline constexpr LlamaConfig smollm2_135m{.vocabulary = 49152,
                                          .width = 576,
                                          .layers = 30,
                                          .heads = 9,
                                          .key_value_heads = 3,
                                          .hidden = 1536,
                                          .context = 8192,
                                          .rope_theta = 100'000,
                                          .tied = true};
inline constexpr LlamaConfig smollm2_360m{.vocabulary = 49152,
                                          .width = 960,
                                          .layers = 32,
                                          .heads = 15,
                                          .key_value_heads = 5,
                                          .hidden = 2560,
                                          .context = 8192,
                                          .rope_theta = 100'000,
                                          .tied = true};
inline constexpr LlamaConfig smollm2_1_7b{.vocabulary = 49152,
                                          .width = 2048,
                                          .layers = 24,
                                          .heads = 32,
                                          .hidden = 8192,
                                          .context = 8192,
                                          .rope_theta = 130'000,
                                          .tied = true};

/// TinyLlama/TinyLlama-1.1B. Source: Zhang et al. (2024), arXiv:2401.02385. Its tokenizer is SentencePiece's, which
/// `load_tokenizer` refuses.
inline constexpr LlamaConfig tinyllama_1_1b{.vocabulary = 32000,
                                            .width = 2048,
                                            .layers = 22,
                                            .heads = 32,
                                            .key_value_heads = 4,
                                            .hidden = 5632,
                                            .context = 2048};

/// meta-llama/Llama-3.2-1B. Source: its config.json at Hugging Face; Grattafiori et al. (2024), arXiv:2407.21783.
inline constexpr LlamaConfig llama_3_2_1b{.vocabulary = 128256,
                                          .width = 2048,
                                          .layers = 16,
                                          .heads = 32,
                                          .key_value_heads = 8,
                                          .hidden = 8192,
                                          .context = 131072,
                                          .rope_theta = 500'000,
                                          .rope_scaling = RopeScaling::llama3,
                                          .rope_factor = 32,
                                          .tied = true};

namespace detail {

/// Where the layers of a Llama are among the children of its network, whose numbers follow from the nesting in
/// `llama.hpp` and are named here alone: so its parameters' names begin. "#" is a block's number.
struct LlamaLayers {
    static constexpr std::string_view embedding = "embedding";
    static constexpr std::string_view attention_norm = "body.0.#.0.branch.0";
    static constexpr std::string_view attention_in = "body.0.#.0.branch.1.0";
    static constexpr std::string_view attention_out = "body.0.#.0.branch.1.3";
    static constexpr std::string_view feed_norm = "body.0.#.1.branch.0";
    static constexpr std::string_view feed_in = "body.0.#.1.branch.1";
    static constexpr std::string_view feed_out = "body.0.#.1.branch.3";
    static constexpr std::string_view last_norm = "body.1";
    static constexpr std::string_view head = "head";
};

}  // namespace detail
}  // namespace genotype::inline v0_1
