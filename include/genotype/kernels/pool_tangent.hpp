// The tangent of a max pool, from one source for all devices.
#pragma once

#include "genotype/kernels/pool_geometry.hpp"
#include "genotype/shape/both.hpp"

namespace genotype::inline v0_1::kernels {
namespace detail {

/// Makes one value of ty: that of tx where the window's largest x is, the first of equal ones.
struct MaxPoolTangent {
    PoolGeometry g;
    const float *x, *tx;
    float* ty;

    GENOTYPE_BOTH void operator()(long at) const {
        const long sample = at / g.out_count(), pixel = at % g.out_count() / g.channels;
        const long first = sample * g.in_count() + at % g.channels;
        const PoolGeometry::Span rows = g.rows(static_cast<int>(pixel / g.out_width));
        const PoolGeometry::Span columns = g.columns(static_cast<int>(pixel % g.out_width));
        long largest = -1;
        for (int row = rows.begin; row < rows.end; ++row)
            for (int column = columns.begin; column < columns.end; ++column) {
                const long here = first + (static_cast<long>(row) * g.width + column) * g.channels;
                if (largest < 0 || x[here] > x[largest] || x[here] != x[here]) largest = here;
            }
        ty[at] = tx[largest];
    }
};

}  // namespace detail

/// ty: each value of tx at the place of its window's largest x.
template <class Device>
void max_pool_tangent(Device device, const PoolGeometry& g, int batch, const float* x, const float* tx, float* ty) {
    for_each_index(device, batch * g.out_count(), detail::MaxPoolTangent{g, x, tx, ty});
}

}  // namespace genotype::inline v0_1::kernels
