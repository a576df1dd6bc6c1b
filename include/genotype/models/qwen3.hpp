// The name of a Qwen3.
#pragma once

#include <type_traits>

#include "genotype/layers/embedding.hpp"
#include "genotype/layers/gated.hpp"
#include "genotype/layers/linear.hpp"
#include "genotype/layers/norm_options.hpp"
#include "genotype/layers/rms_norm.hpp"
#include "genotype/layers/silu.hpp"
#include "genotype/models/language_model.hpp"
#include "genotype/models/qwen3_config.hpp"
#include "genotype/models/rope_scaling.hpp"
#include "genotype/network/repeat.hpp"
#include "genotype/network/residual.hpp"
#include "genotype/network/self_attention.hpp"

namespace genotype::inline v0_1 {
namespace detail {

/// A Llama whose queries and keys are normed before they turn.
template <Qwen3Config c>
struct Qwen3Of {
    using Norm = RMSNorm<c.width, Epsilon<c.rms_epsilon>>;
    using Attention = SelfAttention<c.width, c.heads, c.key_value_heads, RopeOf<c>, NoBias, NoBias, c.head_width,
                                    Epsilon<c.rms_epsilon>>;
    using Body = Sequential<
        Repeat<c.layers, Residual<Norm, Attention>,
               Residual<Norm, Linear<c.width, 2 * c.hidden, NoBias>, Gated<SiLU>, Linear<c.hidden, c.width, NoBias>>>,
        Norm>;
    using Head = std::conditional_t<c.tied, TiedHead, Linear<c.width, c.vocabulary, NoBias>>;
    using type = LanguageModel<Embedding<c.vocabulary, c.width>, Body, Head>;
};

}  // namespace detail

/// `using Qwen = Qwen3<qwen3_0_6b>;`. transformers: Qwen3ForCausalLM without sliding windows and attention biases.
/// Source: Yang et al., "Qwen3 technical report", 2025, arXiv:2505.09388.
template <Qwen3Config config>
using Qwen3 = typename detail::Qwen3Of<config>::type;

}  // namespace genotype::inline v0_1
