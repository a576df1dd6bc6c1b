// Rows of a table by their numbers, in plain loops.
#pragma once

#include <algorithm>

#include "genotype/kernels/conv_geometry.hpp"
#include "genotype/kernels/device.hpp"

namespace genotype::inline v0_1::kernels {

/// Floats of the form of a table (vocabulary, width) that this device reads instead of the plain one: it has none.
constexpr PackedForm<float> embedding_form(Reference, long, long) {
    return {};
}
template <class = void>
inline void embedding_pack(Reference, long, long, const float*, float*) {}

/// y[row] = weights[ids[row]], of a table (vocabulary, width). ids: whole numbers from 0 to vocabulary - 1.
template <class = void>
inline void embedding(Reference, long rows, int width, const float* ids, ConvWeights weights, float* y) {
    for (long row = 0; row < rows; ++row)
        for (long column = 0; column < width; ++column)
            y[row * width + column] = weights.plain[static_cast<long>(ids[row]) * width + column];
}

/// gradient[ids[row]] += dy[row], row after row; without `accumulate` from a table (vocabulary, width) of zeros.
template <class = void>
inline void embedding_gradient(Reference, long rows, long vocabulary, int width, const float* ids, const float* dy,
                               float* gradient, bool accumulate) {
    if (!accumulate) std::fill_n(gradient, vocabulary * width, 0.0f);
    for (long row = 0; row < rows; ++row)
        for (long column = 0; column < width; ++column)
            gradient[static_cast<long>(ids[row]) * width + column] += dy[row * width + column];
}

}  // namespace genotype::inline v0_1::kernels
