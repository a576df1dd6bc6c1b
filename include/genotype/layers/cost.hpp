// Multiply-adds of a layer.
#pragma once

#include "genotype/layers/layer.hpp"

namespace genotype::inline v0_1 {

/// Multiply-adds of a leaf layer for one sample: each weight of a convolution once a pixel of its small image (what
/// padding saves is not taken off), each weight of a matrix once. (torchinfo counts a transposed convolution's weights
/// once a pixel of its output, which is stride^2 too much.) A layer whose matrix is no factor says `multiply_adds`, a
/// number or a function of both shapes.
template <Layer L>
constexpr long multiply_adds_of_leaf(Dims in, Dims out) {
    if constexpr (requires { typename L::Wrapped; }) {
        return multiply_adds_of_leaf<typename L::Wrapped>(in, out);
    } else if constexpr (requires { L::multiply_adds(in, out); }) {
        return L::multiply_adds(in, out);
    } else if constexpr (requires { L::multiply_adds; }) {
        return L::multiply_adds;
    } else if constexpr (requires { L::geometry(in, out).small_pixels(); }) {
        return L::geometry(in, out).weights() * L::geometry(in, out).small_pixels();
    } else {
        long weights = 0;
        for (const Parameter& parameter : L::parameters)
            if (parameter.dims.rank == 2) weights += parameter.count();
        return weights;
    }
}

}  // namespace genotype::inline v0_1
