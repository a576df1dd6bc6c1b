// GPT-2 and Llama from layers, with the names of parameters that the tables of text/ know.
#pragma once

#include "genotype/genotype.hpp"
#include "genotype/models/gpt2_config.hpp"
#include "genotype/models/llama_config.hpp"

namespace text_nets {

using namespace genotype;

template <GPT2Config c>
struct GPT2Parts {
    using Attention = Residual<LayerNorm<c.width>, SelfAttention<c.width, c.heads>>;
    using Feed = Residual<LayerNorm<c.width>, Linear<c.width, c.hidden>, GELUTanh, Linear<c.hidden, c.width>>;
    using Body =
        Sequential<PositionalEmbedding<c.context, c.width>, Repeat<c.layers, Attention, Feed>, LayerNorm<c.width>>;
    using Head = std::conditional_t<c.tied, TiedHead, Linear<c.width, c.vocabulary, NoBias>>;
    using type = LanguageModel<Embedding<c.vocabulary, c.width>, Body, Head>;
};

template <LlamaConfig c>
struct LlamaParts {
    static constexpr int queries = c.heads * c.head_width, keys = c.key_value_heads * c.head_width;
    using AttentionBias = std::conditional_t<c.attention_bias, Bias, NoBias>;
    using FeedBias = std::conditional_t<c.mlp_bias, Bias, NoBias>;
    using Scaling =
        std::conditional_t<c.rope_scaling == RopeScaling::none, NoScaling,
                           std::conditional_t<c.rope_scaling == RopeScaling::linear, LinearScaling<c.rope_factor>,
                                              Llama3Scaling<c.rope_factor, c.rope_low_freq_factor,
                                                            c.rope_high_freq_factor, c.rope_original_context>>>;
    using Attention =
        Sequential<Linear<c.width, queries + 2 * keys, AttentionBias>,
                   Rotary<c.heads, c.key_value_heads, c.head_width, Rope<c.rope_theta, Scaling>>,
                   CausalAttention<c.heads, c.key_value_heads, c.head_width>, Linear<queries, c.width, AttentionBias>>;
    using Feed = Residual<RMSNorm<c.width>, Linear<c.width, 2 * c.hidden, FeedBias>, Gated<SiLU>,
                          Linear<c.hidden, c.width, FeedBias>>;
    using Body = Sequential<Repeat<c.layers, Residual<RMSNorm<c.width>, Attention>, Feed>, RMSNorm<c.width>>;
    using Head = std::conditional_t<c.tied, TiedHead, Linear<c.width, c.vocabulary, NoBias>>;
    using type = LanguageModel<Embedding<c.vocabulary, c.width>, Body, Head>;
};

template <GPT2Config config>
using GPT2 = typename GPT2Parts<config>::type;
template <LlamaConfig config>
using Llama = typename LlamaParts<config>::type;

}  // namespace text_nets
