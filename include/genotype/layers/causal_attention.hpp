// Causal attention: each token takes of the tokens before it what its queries ask for.
#pragma once

#include "genotype/kernels/attention.hpp"
#include "genotype/layers/layer.hpp"
#include "genotype/shape/report.hpp"

namespace genotype::inline v0_1 {
/// ((heads + 2 key_value_heads) head_width) to (heads head_width): a row's queries, keys and values become, for each
/// head, softmax(q . k / sqrt(head_width)) . v over the tokens of its text up to its own. Fewer key-value heads than
/// heads serve a group of neighbouring heads each. In inference a session remembers keys and values of every position;
/// what a row gives is the same to the bit whether its text was read at once, in pieces, or among others.
///
/// PyTorch: scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=True) on the joint output of the q, k and
/// v projections. Sources: Vaswani et al., "Attention is all you need" (NeurIPS 2017); Ainslie et al., "GQA", 2023,
/// arXiv:2305.13245; the order of work: Dao, "FlashAttention-2", 2023, arXiv:2307.08691.
template <int heads, int key_value_heads, int head_width>
struct CausalAttention : LayerBase {
    using no_tangent = why::because<why::its_rows_are_tokens_of_texts, why::hint_penalties_of_gradients_are_for_images>;
    using reads = Names<Sequences>;
    static_assert(head_width <= kernels::widest_head, "a head is at most 256 wide");
    static constexpr kernels::AttentionSizes sizes{heads, key_value_heads, head_width};
    static constexpr bool backward_reads_output = true;

    static constexpr Inferred output(Dims in) {
        for (const int size : {heads, key_value_heads, head_width})
            if (size < 1) return {FaultKind::size, vector_dims(size), {}};
        if (heads % (key_value_heads < 1 ? 1 : key_value_heads) != 0)
            return {FaultKind::heads, vector_dims(heads), vector_dims(key_value_heads)};
        if (const ShapeFault fault = compare(in, vector_dims(sizes.row_floats()))) return fault;
        return vector_dims(sizes.query_floats());
    }

    /// Saved: the logarithm of each query's sum of exponentials; by a session, the keys and values.
    template <class Device, class Mode>
    static constexpr LayerMemory memory(Dims) {
        if constexpr (std::same_as<Mode, Training>)
            return {.saved = {heads, 0},
                    .forward_scratch = attention_scratch(kernels::planned<Device>, sizes),
                    .backward_scratch = attention_backward_scratch(kernels::planned<Device>, sizes)};
        else
            return {.saved = {sizes.session_floats(), 0},
                    .forward_scratch = attention_scratch(kernels::planned<Device>, sizes),
                    .backward_scratch = {}};
    }

    template <class Device, class Mode>
    static void forward(Device device, Mode, const Forward<Mode>& pass) {
        float* session = nullptr;
        if constexpr (std::same_as<Mode, Inference>) session = session_of<CausalAttention>(pass).per_sample;
        attention(device, pass.batch, sizes, sequences_of<CausalAttention>(pass), pass.x, session,
                  std::same_as<Mode, Training> ? pass.saved.per_sample : nullptr, pass.y, pass.scratch);
    }

    template <class Device>
    static void backward(Device device, const Backward& pass) {
        if (pass.dx)
            attention_backward(device, pass.batch, sizes, sequences_of<CausalAttention>(pass), pass.x, pass.y, pass.dy,
                               pass.saved.per_sample, pass.dx, pass.scratch);
    }
};

}  // namespace genotype::inline v0_1
