// Positional embedding: a learnt vector for each place in a text.
#pragma once

#include <array>

#include "genotype/kernels/functions.hpp"
#include "genotype/layers/layer.hpp"

namespace genotype {

/// (width) to the same: y = x + weight[position of this row in its text]. No position may reach `context`, which
/// callers see to. PyTorch: x + nn.Embedding(context, width)(positions), with its first values, N(0, 1); transformers:
/// GPT-2's `wpe`.
template <int positions, int size>
struct PositionalEmbedding : LayerBase {
    static constexpr int context = positions, width = size;
    static constexpr bool backward_reads_input = false;
    static constexpr bool in_place = true;
    static constexpr long multiply_adds = 0;
    static constexpr std::array<Parameter, 1> parameters{{{"weight", {2, context, width}, {Initial::normal, 1}}}};

    static constexpr Inferred output(Dims in) {
        for (const int count : {context, width})
            if (count < 1) return {FaultKind::size, vector_dims(count), {}};
        if (const Fault fault = compare(in, vector_dims(width))) return fault;
        return vector_dims(width);
    }

    // A text's rows and their positions both are neighbours, so each text is one sum of arrays.
    template <class Device, class Mode>
    static void forward(Device device, Mode, const Forward<Mode>& pass) {
        for (int index = 0; index < pass.sequences->count; ++index) {
            const Place text(pass.sequences->list[index]);
            map(device, text.floats, Add{}, pass.y + text.row, pass.x + text.row, pass.parameters + text.position);
        }
    }

    template <class Device>
    static void backward(Device device, const Backward& pass) {
        if (pass.dx && pass.dx != pass.dy) map(device, pass.batch * pass.in.count(), Identity{}, pass.dx, pass.dy);
        if (!pass.gradients) return;
        if (!pass.accumulate) Device::clear(pass.gradients, parameters[0].count());
        for (int index = 0; index < pass.sequences->count; ++index) {
            const Place text(pass.sequences->list[index]);
            float* const sums = pass.gradients + text.position;
            map(device, text.floats, Add{}, sums, static_cast<const float*>(sums), pass.dy + text.row);
        }
    }

  private:
    /// In floats, where a text lies in the batch and in the table.
    struct Place {
        long row, position, floats;

        explicit Place(const SequenceRows& text)
            : row(static_cast<long>(text.row) * width),
              position(static_cast<long>(text.position) * width),
              floats(static_cast<long>(text.count) * width) {}
    };
};

}  // namespace genotype
