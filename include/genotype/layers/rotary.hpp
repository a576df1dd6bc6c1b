// Rotary positional embedding: queries and keys turn with their positions.
#pragma once

#include "genotype/kernels/attention.hpp"
#include "genotype/layers/layer.hpp"
#include "genotype/layers/rope.hpp"
#include "genotype/shape/report.hpp"

namespace genotype::inline v0_1 {

/// ((heads + 2 key_value_heads) head_width) to the same: of each query and each key, the pairs (i, i + head_width / 2)
/// turn by the row's position times the pair's frequency; values pass. A score between two tokens then depends on how
/// far apart they are.
///
/// transformers: LlamaRotaryEmbedding and apply_rotary_pos_emb (`rotate_half`), with their float32 angles.
/// Source: Su et al., "RoFormer: enhanced transformer with rotary position embedding", 2021, arXiv:2104.09864.
template <int heads, int key_value_heads, int head_width, class Angles = Rope<>>
struct Rotary : LayerBase {
    using no_tangent = why::because<why::its_rows_are_tokens_of_texts, why::hint_penalties_of_gradients_are_for_images>;
    using reads = Names<Sequences>;
    static constexpr bool joins_rows(Dims) { return false; }
    static constexpr kernels::AttentionSizes sizes{heads, key_value_heads, head_width};
    static constexpr bool backward_reads_input = false;
    static constexpr bool in_place = true;

    static constexpr Inferred output(Dims in) {
        for (const int size : {heads, key_value_heads, head_width})
            if (size < 1) return {FaultKind::size, vector_dims(size), {}};
        if (head_width % 2 != 0) return {FaultKind::halves, vector_dims(head_width), {}};
        if (const ShapeFault fault = compare(in, vector_dims(sizes.row_floats()))) return fault;
        return vector_dims(sizes.row_floats());
    }

    template <class Device>
    static constexpr auto packed() {
        return rotary_form(kernels::planned<Device>, head_width);
    }
    /// The frequencies: a few dozen numbers.
    template <class Device>
    static void prepare(Device device, const float*, float* to) {
        rotary_prepare(device, Angles::turns, head_width, to);
    }

    template <class Device, class Mode>
    static void forward(Device device, Mode, const Forward<Mode>& pass) {
        rotary(device, pass.batch, sizes, sequences_of<Rotary>(pass), packed<Device>().in(pass.packed), false, pass.x,
               pass.y);
    }

    template <class Device>
    static void backward(Device device, const Backward& pass) {
        if (pass.dx)
            rotary(device, pass.batch, sizes, sequences_of<Rotary>(pass), packed<Device>().in(pass.packed), true,
                   pass.dy, pass.dx);
    }
};

}  // namespace genotype::inline v0_1
