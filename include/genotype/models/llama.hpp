// The name of a Llama.
#pragma once

#include "genotype/layers/embedding.hpp"
#include "genotype/layers/gated.hpp"
#include "genotype/layers/rms_norm.hpp"
#include "genotype/layers/silu.hpp"
#include "genotype/models/decimal.hpp"
#include "genotype/models/language_model.hpp"
#include "genotype/models/llama_config.hpp"
#include "genotype/models/rope_scaling.hpp"
#include "genotype/network/repeat.hpp"
#include "genotype/network/residual.hpp"
#include "genotype/network/self_attention.hpp"

namespace genotype::inline v0_1 {
namespace detail {

template <LlamaConfig c>
struct LlamaOf {
    using Norm = RMSNorm<c.width, Decimal<c.rms_epsilon>>;
    using AttentionBias = std::conditional_t<c.attention_bias, Bias, NoBias>;
    using MlpBias = std::conditional_t<c.mlp_bias, Bias, NoBias>;
    using Angles = RopeOf<c>;
    using Attention =
        SelfAttention<c.width, c.heads, c.key_value_heads, Angles, AttentionBias, AttentionBias, c.head_width>;
    using Body = Sequential<
        Repeat<c.layers, Residual<Norm, Attention>,
               Residual<Norm, Linear<c.width, 2 * c.hidden, MlpBias>, Gated<SiLU>, Linear<c.hidden, c.width, MlpBias>>>,
        Norm>;
    using Head = std::conditional_t<c.tied, TiedHead, Linear<c.width, c.vocabulary, NoBias>>;
    using type = LanguageModel<Embedding<c.vocabulary, c.width>, Body, Head>;
};

}  // namespace detail

/// `using SmolLM2 = Llama<smollm2_135m>;`, or with numbers of one's own: `Llama<LlamaConfig{.vocabulary = 49152, .width
/// = 576, .layers = 30, .heads = 9, .key_value_heads = 3, .hidden = 1536, .context = 8192}>`. transformers:
/// LlamaForCausalLM. Source: Touvron et al., "LLaMA: open and efficient foundation language models", 2023,
/// arXiv:2302.13971.
template <LlamaConfig config>
using Llama = typename detail::LlamaOf<config>::type;

}  // namespace genotype::inline v0_1
