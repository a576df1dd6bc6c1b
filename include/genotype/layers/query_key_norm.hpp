// Root-mean-square normalisation of each head's queries and keys.
#pragma once

#include <array>
#include <concepts>

#include "genotype/kernels/attention.hpp"
#include "genotype/kernels/query_key_norm.hpp"
#include "genotype/layers/layer.hpp"
#include "genotype/layers/norm_options.hpp"
#include "genotype/shape/report.hpp"

namespace genotype::inline v0_1 {

/// ((heads + 2 key_value_heads) head_width) to the same: the head_width features of each query and of each key are
/// divided by sqrt(mean(x^2) + epsilon) and multiplied by a weight for each feature, which all queries share, and all
/// keys another; values pass. Scores then stay small however large queries and keys grow. Another epsilon than 1e-6 is
/// an option: `QueryKeyNorm<16, 8, 128, Epsilon<1e-5f>>`. Parameters: "queries.weight" and "keys.weight", both
/// (head_width).
///
/// transformers: `q_norm` and `k_norm` of Qwen3Attention; PyTorch: nn.RMSNorm(head_width) of q and k, one each.
/// Sources: Henry et al., "Query-key normalization for transformers", 2020, arXiv:2010.04245 (which divides by the
/// norm); Yang et al., "Qwen3 technical report", 2025, arXiv:2505.09388.
template <int heads, int key_value_heads, int head_width, class Choice = Epsilon<1e-6f>>
struct QueryKeyNorm : LayerBase {
    using no_tangent = why::because<why::its_rows_are_tokens_of_texts, why::hint_penalties_of_gradients_are_for_images>;
    using sample_norms = SingleGradients;
    static constexpr bool exceeds_0_to_1 = true;
    static constexpr kernels::AttentionSizes sizes{heads, key_value_heads, head_width};
    static constexpr detail::NormOptions options = detail::norm_options<Choice>();
    static constexpr float epsilon = options.epsilon;

    static constexpr std::array<Parameter, 2> parameters{
        {{"queries.weight", vector_dims(head_width), {Initial::constant, 1}},
         {"keys.weight", vector_dims(head_width), {Initial::constant, 1}}}};

    static constexpr Inferred output(Dims in) {
        if (const ShapeFault fault = options.fault(false)) return fault;
        for (const int size : {heads, key_value_heads, head_width})
            if (size < 1) return {FaultKind::size, vector_dims(size), {}};
        if (const ShapeFault fault = compare(in, vector_dims(sizes.row_floats()))) return fault;
        return vector_dims(sizes.row_floats());
    }

    /// Saved: the factor of each query and each key.
    template <class Device, class Mode>
    static constexpr LayerMemory memory(Dims) {
        LayerMemory memory;
        if (std::same_as<Mode, Training>) memory.saved.per_sample = heads + key_value_heads;
        return memory;
    }

    template <class Device, class Mode>
    static void forward(Device device, Mode, const Forward<Mode>& pass) {
        float* const inverses = std::same_as<Mode, Training> ? pass.saved.per_sample : nullptr;
        query_key_norm(device, pass.batch, sizes, pass.x, weights(pass.parameters), epsilon, inverses, pass.y);
    }

    template <class Device>
    static void backward(Device device, const Backward& pass) {
        kernels::QueryKeyGradients gradients;
        if (pass.gradients) gradients = {pass.gradients, pass.gradients + keys_offset};
        query_key_norm_backward(device, pass.batch, sizes, pass.x, pass.dy, weights(pass.parameters),
                                pass.saved.per_sample, pass.dx, gradients, pass.accumulate);
    }

  private:
    static constexpr long keys_offset = offset_in(parameters, 1);

    static kernels::QueryKeyWeights weights(const float* arena) { return {arena, arena + keys_offset}; }
};

}  // namespace genotype::inline v0_1
