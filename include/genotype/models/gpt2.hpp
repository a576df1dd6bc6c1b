// The name of a GPT-2.
#pragma once

#include "genotype/layers/embedding.hpp"
#include "genotype/layers/gelu_tanh.hpp"
#include "genotype/layers/layer_norm.hpp"
#include "genotype/layers/positional_embedding.hpp"
#include "genotype/models/decimal.hpp"
#include "genotype/models/gpt2_config.hpp"
#include "genotype/models/language_model.hpp"
#include "genotype/network/repeat.hpp"
#include "genotype/network/residual.hpp"
#include "genotype/network/self_attention.hpp"

namespace genotype::inline v0_1 {
namespace detail {

template <GPT2Config c>
struct GPT2Of {
    using Choice = std::conditional_t<c.bias, Bias, NoBias>;
    using Epsilon = Decimal<c.norm_epsilon>;
    using Norm = std::conditional_t<c.bias, LayerNormWith<Epsilon, c.width>, LayerNormWithoutBias<Epsilon, c.width>>;
    using Attention = Residual<Norm, SelfAttention<c.width, c.heads, c.heads, NoRotary, Choice>>;
    using Feed = Residual<Norm, Linear<c.width, c.hidden, Choice>, GELUTanh, Linear<c.hidden, c.width, Choice>>;
    using Body = Sequential<PositionalEmbedding<c.context, c.width>, Repeat<c.layers, Attention, Feed>, Norm>;
    using Head = std::conditional_t<c.tied, TiedHead, Linear<c.width, c.vocabulary, NoBias>>;
    using type = LanguageModel<Embedding<c.vocabulary, c.width>, Body, Head>;
};

}  // namespace detail

/// `using Gpt2 = GPT2<gpt2_small>;`, or with numbers of one's own: `GPT2<GPT2Config{.vocabulary = 65, .context = 64,
/// .width = 128, .layers = 4, .heads = 4}>`. Its initial values are its layers'; see `initialize_gpt2`. transformers:
/// GPT2LMHeadModel; without biases, nanoGPT's GPT. Source: Radford et al., "Language models are unsupervised multitask
/// learners" (2019).
template <GPT2Config config>
using GPT2 = typename detail::GPT2Of<config>::type;

}  // namespace genotype::inline v0_1
