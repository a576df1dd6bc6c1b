// The name of a Qwen2.
#pragma once

#include <type_traits>

#include "genotype/layers/embedding.hpp"
#include "genotype/layers/gated.hpp"
#include "genotype/layers/rms_norm.hpp"
#include "genotype/layers/silu.hpp"
#include "genotype/models/decimal.hpp"
#include "genotype/models/language_model.hpp"
#include "genotype/models/qwen2_config.hpp"
#include "genotype/models/rope_scaling.hpp"
#include "genotype/network/repeat.hpp"
#include "genotype/network/residual.hpp"
#include "genotype/network/self_attention.hpp"

namespace genotype::inline v0_1 {
namespace detail {

/// A Llama whose queries, keys and values alone have biases.
template <Qwen2Config c>
struct Qwen2Of {
    using Norm = RMSNorm<c.width, Decimal<c.rms_epsilon>>;
    using Attention = SelfAttention<c.width, c.heads, c.key_value_heads, RopeOf<c>, Bias, NoBias>;
    using Body = Sequential<
        Repeat<c.layers, Residual<Norm, Attention>,
               Residual<Norm, Linear<c.width, 2 * c.hidden, NoBias>, Gated<SiLU>, Linear<c.hidden, c.width, NoBias>>>,
        Norm>;
    using Head = std::conditional_t<c.tied, TiedHead, Linear<c.width, c.vocabulary, NoBias>>;
    using type = LanguageModel<Embedding<c.vocabulary, c.width>, Body, Head>;
};

}  // namespace detail

/// `using Qwen = Qwen2<qwen2_5_0_5b>;`. transformers: Qwen2ForCausalLM without sliding windows. Source: Yang et al.,
/// "Qwen2 technical report", 2024, arXiv:2407.10671.
template <Qwen2Config config>
using Qwen2 = typename detail::Qwen2Of<config>::type;

}  // namespace genotype::inline v0_1
