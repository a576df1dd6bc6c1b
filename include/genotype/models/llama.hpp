// The name of a Llama.
#pragma once

#include <type_traits>

#include "genotype/layers/embedding.hpp"
#include "genotype/layers/gated.hpp"
#include "genotype/layers/rms_norm.hpp"
#include "genotype/layers/silu.hpp"
#include "genotype/model/language_model.hpp"
#include "genotype/model/repeat.hpp"
#include "genotype/model/residual.hpp"
#include "genotype/model/self_attention.hpp"
#include "genotype/models/llama_config.hpp"
#include "genotype/models/norm_epsilon.hpp"

namespace genotype {
namespace detail {

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
    using Norm = RMSNorm<c.width, NormEpsilon<c.rms_epsilon>>;
    // SelfAttention, but for heads that together may be wider or narrower than the model.
    using Attention =
        Sequential<Linear<c.width, queries + 2 * keys, AttentionBias>,
                   Rotary<c.heads, c.key_value_heads, c.head_width, Rope<c.rope_theta, Scaling>>,
                   CausalAttention<c.heads, c.key_value_heads, c.head_width>, Linear<queries, c.width, AttentionBias>>;
    using Feed =
        Residual<Norm, Linear<c.width, 2 * c.hidden, FeedBias>, Gated<SiLU>, Linear<c.hidden, c.width, FeedBias>>;
    using Body = Sequential<Repeat<c.layers, Residual<Norm, Attention>, Feed>, Norm>;
    using Head = std::conditional_t<c.tied, TiedHead, Linear<c.width, c.vocabulary, NoBias>>;
    using type = LanguageModel<Embedding<c.vocabulary, c.width>, Body, Head>;
};

}  // namespace detail

/// `Llama<smollm2_135m>`, or `Llama<LlamaConfig{.vocabulary = 65, .width = 128, ...}>`: a model of Llama's family out
/// of the ordinary layers. Its first values are those layers'; see `initialize_llama`. transformers equivalent:
/// LlamaForCausalLM, whose `q_proj`, `k_proj`, `v_proj` are one joint projection here, as are `gate_proj` and
/// `up_proj`. Source: Touvron et al., "LLaMA: open and efficient foundation language models", 2023, arXiv:2302.13971.
template <LlamaConfig config>
using Llama = typename detail::LlamaParts<config>::type;

}  // namespace genotype
