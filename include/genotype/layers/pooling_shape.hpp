// The shape rule that the poolings share.
#pragma once

#include <initializer_list>

#include "genotype/kernels/pool_geometry.hpp"
#include "genotype/shape/fault.hpp"

namespace genotype::inline v0_1::detail {

/// (channels, H, W) -> (channels, H', W') with H' = (H + 2 padding - kernel) / stride + 1, rounded down.
constexpr Inferred pooled(int kernel, int stride, int padding, Dims in) {
    if (kernel < 1) return {FaultKind::size, vector_dims(kernel), {}};
    if (stride < 1) return {FaultKind::stride, vector_dims(stride), {}};
    if (padding < 0 || padding > kernel / 2) return {FaultKind::padding, vector_dims(padding), {}};
    Dims padded{2, any_dim, any_dim}, out = image_dims(in.first, any_dim, any_dim);
    for (const int axis : {1, 2})
        if (in[axis] != any_dim) padded[axis - 1] = in[axis] + 2 * padding;
    for (const int axis : {1, 2}) {
        if (in[axis] == any_dim) continue;
        if (padded[axis - 1] < kernel) return {FaultKind::kernel, padded, vector_dims(kernel)};
        out[axis] = (padded[axis - 1] - kernel) / stride + 1;
    }
    return out;
}

constexpr kernels::PoolGeometry pool_geometry(int kernel, int stride, int padding, Dims in, Dims out) {
    return {in.channels(), kernel, stride, padding, in.height(), in.width(), out.height(), out.width()};
}

}  // namespace genotype::inline v0_1::detail
