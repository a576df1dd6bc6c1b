// Positional embedding: a learnt vector for each place in a text.
#pragma once

#include <array>

#include "genotype/kernels/functions.hpp"
#include "genotype/layers/layer.hpp"
#include "genotype/shape/error.hpp"
#include "genotype/shape/report.hpp"

namespace genotype::inline v0_1 {

/// (width) to the same: y = x + weight[position of this row in its text]. Throws `Error` where a position reaches
/// `context` and the host can read it. PyTorch: x + nn.Embedding(context, width)(positions), with its initial values,
/// N(0, 1); transformers: GPT-2's `wpe`.
template <int positions, int size>
struct PositionalEmbedding : LayerBase {
    using no_tangent = why::because<why::its_rows_are_tokens_of_texts, why::hint_penalties_of_gradients_are_for_images>;
    using reads = Names<Sequences>;
    static constexpr bool joins_rows(Dims) { return false; }
    static constexpr int context = positions, width = size;
    using sample_norms = RowNorms;
    static constexpr bool backward_reads_input = false;
    static constexpr bool in_place = true;
    static constexpr long multiply_adds = 0;
    static constexpr std::array<Parameter, 1> parameters{{{"weight", {2, context, width}, {Initial::normal, 1}}}};

    static constexpr Inferred output(Dims in) {
        for (const int count : {context, width})
            if (count < 1) return {FaultKind::size, vector_dims(count), {}};
        if (const ShapeFault fault = compare(in, vector_dims(width))) return fault;
        return vector_dims(width);
    }

    template <class Device, class Mode>
    static void forward(Device device, Mode, const Forward<Mode>& pass) {
        if constexpr (Device::on_host) check_positions(sequences_of<PositionalEmbedding>(pass), pass.batch);
        add_positions(device, pass.batch, width, sequences_of<PositionalEmbedding>(pass), pass.x, pass.parameters,
                      pass.y);
    }

    template <class Device>
    static void backward(Device device, const Backward& pass) {
        if (pass.dx && pass.dx != pass.dy)
            map(device, pass.batch * pass.in.count(), kernels::Identity{}, pass.dx, pass.dy);
        if (pass.gradients)
            add_positions_gradient(device, pass.batch, context, width, sequences_of<PositionalEmbedding>(pass), pass.dy,
                                   pass.gradients, pass.accumulate);
    }

  private:
    static void check_positions(const kernels::Sequences& texts, int rows) {
        for (int text = 0; text < texts.count; ++text) {
            const int end = texts.list ? texts.list[text].position + texts.list[text].count : rows;
            if (end > context)
                fail("PositionalEmbedding", detail::concat("positions of text ", text), end,
                     detail::concat(context, " at most"));
        }
    }
};

}  // namespace genotype::inline v0_1
