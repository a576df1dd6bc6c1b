// Self-attention with its projections.
#pragma once

#include <concepts>

#include "genotype/layers/bias.hpp"
#include "genotype/layers/causal_attention.hpp"
#include "genotype/layers/linear.hpp"
#include "genotype/layers/query_key_norm.hpp"
#include "genotype/layers/rope.hpp"
#include "genotype/layers/rotary.hpp"
#include "genotype/network/sequential.hpp"

namespace genotype::inline v0_1 {

/// Queries and keys stay as they are: a model's positions are in its embeddings.
struct NoRotary {};

/// Queries and keys are not normed.
struct NoQueryKeyNorm {};

namespace detail {

template <int width, int heads, int key_value_heads, class Angles, class Choice, class OutputChoice, int wide,
          class Norm>
consteval auto self_attention_verdict() {
    if constexpr (heads < 1 || (wide == 0 && width % (heads < 1 ? 1 : heads) != 0)) {
        return why::heads_do_not_divide_the_width<why::got_heads<heads>, why::width<width>>{};
    } else {
        constexpr int head_width = wide == 0 ? width / heads : wide;
        constexpr bool turns = !std::same_as<Angles, NoRotary>, normed = !std::same_as<Norm, NoQueryKeyNorm>;
        using Projection = Linear<width, (heads + 2 * key_value_heads) * head_width, Choice>;
        using QueryKey = QueryKeyNorm<heads, key_value_heads, head_width, Norm>;
        using Turn = Rotary<heads, key_value_heads, head_width, Angles>;
        using Attention = CausalAttention<heads, key_value_heads, head_width>;
        using Output = Linear<heads * head_width, width, OutputChoice>;
        if constexpr (turns && normed)
            return sequential_verdict<Projection, QueryKey, Turn, Attention, Output>();
        else if constexpr (turns)
            return sequential_verdict<Projection, Turn, Attention, Output>();
        else if constexpr (normed)
            return sequential_verdict<Projection, QueryKey, Attention, Output>();
        else
            return sequential_verdict<Projection, Attention, Output>();
    }
}

}  // namespace detail

/// (width) to the same: one projection to the queries, keys and values of all heads, which are width / heads wide, or
/// as wide as `head_width` says, a `QueryKeyNorm` where the last argument is its option, `Rotary` unless there is none,
/// `CausalAttention`, and a projection of what comes out. GPT-2 small has `SelfAttention<768, 12>`, a Llama
/// `SelfAttention<2048, 32, 8, Rope<500'000>, NoBias>`, a Qwen3 `SelfAttention<1024, 16, 8, Rope<1'000'000>, NoBias,
/// NoBias, 128, Epsilon<1e-6f>>`.
///
/// transformers: GPT2Attention (whose `c_attn` is the joint projection), LlamaAttention (whose `q_proj`, `k_proj` and
/// `v_proj` lie one after the other in it), Qwen3Attention. A Sequential, with its names: "0.weight", and "2.weight" or
/// after a Rotary "3.weight"; a norm is "1.queries.weight" and "1.keys.weight", and the others come one later.
template <int width, int heads, int key_value_heads = heads, class Angles = NoRotary, class Choice = Bias,
          class OutputChoice = Choice, int head_width = 0, class Norm = NoQueryKeyNorm>
using SelfAttention = typename decltype(detail::self_attention_verdict<width, heads, key_value_heads, Angles, Choice,
                                                                       OutputChoice, head_width, Norm>())::model;

}  // namespace genotype::inline v0_1
