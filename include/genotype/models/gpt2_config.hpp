// The sizes of a GPT-2, as a value that a type can have.
#pragma once

#include <string_view>

namespace genotype::inline v0_1 {

/// What a model of GPT-2's family is made of, for a template argument: `GPT2<GPT2Config{.vocabulary = 50257, ...}>`.
/// transformers equivalent: `GPT2Config`, whose names are given where ours differ.
struct GPT2Config {
    int vocabulary = 0;          ///< tokens (vocab_size)
    int context = 0;             ///< positions, each with an embedding of its own (n_positions)
    int width = 0;               ///< features of a token between the layers (n_embd)
    int layers = 0;              ///< blocks of attention and feed-forward (n_layer)
    int heads = 0;               ///< of `width / heads` features each (n_head)
    int hidden = 4 * width;      ///< features inside the feed-forward part (n_inner)
    float norm_epsilon = 1e-5f;  ///< layer_norm_epsilon
    bool tied = true;            ///< the head's weights are the embedding's (tie_word_embeddings)
    bool bias = true;            ///< of linear layers and norms; transformers' always have them, nanoGPT's need not

    template <class Visit>
    constexpr void for_each_option(Visit&& visit) const {
        const auto& [a, b, c, d, e, f, g, h, i] = *this;
        visit("vocabulary", a);
        visit("context", b);
        visit("width", c);
        visit("layers", d);
        visit("heads", e);
        visit("hidden", f);
        visit("norm_epsilon", g);
        visit("tied", h);
        visit("bias", i);
    }
    friend constexpr bool operator==(const GPT2Config&, const GPT2Config&) = default;
};

/// openai-community/gpt2, 124 million parameters, and its larger sisters. Source: Radford et al., "Language models are
/// unsupervised multitask learners" (2019), and their config.json files at Hugging Face.
inline constexpr GPT2Config gpt2_small{.vocabulary = 50257, .context = 1024, .width = 768, .layers = 12, .heads = 12};
inline constexpr GPT2Config gpt2_medium{.vocabulary = 50257, .context = 1024, .width = 1024, .layers = 24, .heads = 16};
inline constexpr GPT2Config gpt2_large{.vocabulary = 50257, .context = 1024, .width = 1280, .layers = 36, .heads = 20};
inline constexpr GPT2Config gpt2_xl{.vocabulary = 50257, .context = 1024, .width = 1600, .layers = 48, .heads = 25};

namespace detail {

/// Where the layers of a GPT-2 are among the children of its network, whose numbers follow from the nesting in
/// `gpt2.hpp` and are named here alone: so its parameters' names begin. "#" is a block's number.
struct GPT2Layers {
    static constexpr std::string_view embedding = "embedding";
    static constexpr std::string_view positions = "body.0";
    static constexpr std::string_view attention_norm = "body.1.#.0.branch.0";
    static constexpr std::string_view attention_in = "body.1.#.0.branch.1.0";
    static constexpr std::string_view attention_out = "body.1.#.0.branch.1.2";
    static constexpr std::string_view feed_norm = "body.1.#.1.branch.0";
    static constexpr std::string_view feed_in = "body.1.#.1.branch.1";
    static constexpr std::string_view feed_out = "body.1.#.1.branch.3";
    static constexpr std::string_view last_norm = "body.2";
    static constexpr std::string_view head = "head";
};

}  // namespace detail
}  // namespace genotype::inline v0_1
