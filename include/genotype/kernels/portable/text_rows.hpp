// What depends on where a row is in its text over thrust: one launch for all texts.
#pragma once

#include "genotype/kernels/portable/each.hpp"
#include "genotype/kernels/text_rows.hpp"

namespace genotype::inline v0_1::kernels {

/// See the reference's.
template <class System>
void add_positions(Thrust<System> device, long rows, int width, const Sequences& sequences, const float* x,
                   const float* table, float* y) {
    detail::each_value(device, rows * width, [=] GENOTYPE_KERNEL(long i) mutable {
        const int position = position_of(sequences, static_cast<int>(i / width));
        y[i] = x[i] + table[static_cast<long>(position) * width + i % width];
    });
}

/// See the reference's.
template <class System>
void add_positions_gradient(Thrust<System> device, long, int positions, int width, const Sequences& sequences,
                            const float* dy, float* gradient, bool accumulate) {
    detail::each_value(device, static_cast<long>(positions) * width, [=] GENOTYPE_KERNEL(long i) mutable {
        const int position = static_cast<int>(i / width);
        float sum = accumulate ? gradient[i] : 0.0f;
        for (int index = 0; index < sequences.count; ++index) {
            const SequenceRows text = text_at(sequences, index);
            const int row = position - text.position;
            if (row >= 0 && row < text.count) sum += dy[static_cast<long>(text.row + row) * width + i % width];
        }
        gradient[i] = sum;
    });
}

/// See the reference's.
template <class System>
void last_rows(Thrust<System> device, int width, const Sequences& sequences, const float* x, float* y) {
    detail::each_value(device, static_cast<long>(sequences.count) * width, [=] GENOTYPE_KERNEL(long i) mutable {
        const SequenceRows text = text_at(sequences, static_cast<int>(i / width));
        y[i] = x[static_cast<long>(text.row + text.count - 1) * width + i % width];
    });
}

}  // namespace genotype::inline v0_1::kernels
