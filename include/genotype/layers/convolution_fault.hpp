// What can be wrong with the arguments of a convolution.
#pragma once

#include <initializer_list>

#include "genotype/shape/fault.hpp"

namespace genotype::inline v0_1::detail {

/// The first argument of a convolution that is out of range.
constexpr ShapeFault convolution_fault(int in, int out, int kernel, int stride, int padding) {
    for (int size : {in, out, kernel})
        if (size < 1) return {FaultKind::size, vector_dims(size), {}};
    if (stride < 1) return {FaultKind::stride, vector_dims(stride), {}};
    if (padding < 0) return {FaultKind::padding, vector_dims(padding), {}};
    return {};
}

}  // namespace genotype::inline v0_1::detail
