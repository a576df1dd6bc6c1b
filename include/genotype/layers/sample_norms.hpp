// Squared norms of the gradients that single samples give a layer's parameters.
#pragma once

#include <algorithm>
#include <type_traits>

#include "genotype/kernels/conv_geometry.hpp"
#include "genotype/kernels/functions.hpp"
#include "genotype/kernels/long_sum.hpp"
#include "genotype/layers/names.hpp"
#include "genotype/layers/weight_matrix.hpp"

namespace genotype {
namespace detail {

/// norm += left * right + right, or without a bias norm += left * right.
struct AddProductNorm {
    float of_bias;

    template <class V>
    constexpr void operator()(V left, V right, V& norm) const {
        norm = norm + left * right + V(of_bias) * right;
    }
};

/// Sums of the squares of each row: those of a product with ones.
struct RowSquares {
    template <class Device>
    static constexpr MemoryExtent scratch(int columns) {
        return MemoryExtent{aligned(columns), aligned(columns)} +
               aligned(convolution_scratch(kernels::planned<Device>, geometry(columns)));
    }
    /// One number for each of `rows` rows of x.
    template <class Device>
    static void write(Device device, int rows, int columns, const float* x, float* sums, const MemoryRegion& scratch) {
        float *const squares = scratch.per_sample, *const ones = scratch.fixed;
        update(device, columns, SetOne{}, ones);
        map(device, static_cast<long>(rows) * columns, SquareOf{}, squares, x);
        convolve(device, geometry(columns), rows, static_cast<const float*>(squares), {ones, nullptr}, nullptr, sums,
                 scratch.at({aligned(columns), aligned(columns)}));
    }

  private:
    static constexpr kernels::ProductGeometry geometry(int columns) {
        return kernels::ProductGeometry{kernels::ConvGeometry{columns, 1}};
    }
};

/// Of a product of two vectors, with or without a bias: |x|^2 |dy|^2 + |dy|^2.
template <class Device>
constexpr MemoryExtent product_norms_scratch(int in, int out) {
    return MemoryExtent{2 * aligned(1L), 0} + RowSquares::scratch<Device>(std::max(in, out));
}
template <class Device>
void add_product_norms(Device device, int batch, int in, const float* x, int out, const float* dy, bool has_bias,
                       float* norms, const MemoryRegion& scratch) {
    constexpr MemoryExtent one{aligned(1L), 0};
    float *const of_x = scratch.per_sample, *const of_dy = scratch.at(one).per_sample;
    const MemoryRegion rest = scratch.at(one + one);
    RowSquares::write(device, batch, in, x, of_x, rest);
    RowSquares::write(device, batch, out, dy, of_dy, rest);
    update(device, batch, AddProductNorm{has_bias ? 1.f : 0.f}, static_cast<const float*>(of_x),
           static_cast<const float*>(of_dy), norms);
}

}  // namespace detail

/// How a layer whose samples do not depend on one another has its norms: `L`'s backward runs on each sample alone, and
/// the gradient that it gives is summed. Needs no more than that; what it keeps of a sample lies in one piece.
struct SingleGradients {
    template <class L, class Device>
    static constexpr MemoryExtent scratch(Dims in) {
        return own<L, Device> + aligned(L::template memory<Device, Training>(in).backward_scratch);
    }

    template <class L, class Device>
    static void add_squared_norms(Device device, const Backward& pass, float* norms) {
        static_assert(std::is_same_v<ReadNames<L>, detail::Names<>>, "a named value is not cut into samples");
        const long kept = L::template memory<Device, Training>(pass.in).kept.per_sample;
        float *const gradients = pass.scratch.fixed, *const sum_here = gradients + parameters<L>,
                     *const parts = sum_here + aligned(1L);
        Backward one = pass;
        one.batch = 1;
        one.dx = nullptr;
        one.gradients = gradients;
        one.accumulate = false;
        one.scratch = pass.scratch.at(own<L, Device>);
        for (int sample = 0; sample < pass.batch; ++sample) {
            L::backward(device, one);
            for (std::size_t index = 0; index < L::parameters.size(); ++index) {
                const float* const gradient = gradients + offset_in(L::parameters, static_cast<int>(index));
                sum_with_parts(device, parts, L::parameters[index].count(), detail::SquareOf{}, sum_here, gradient);
                update(device, 1, kernels::AddTo{}, static_cast<const float*>(sum_here), norms + sample);
            }
            if (one.x) one.x += pass.in.count();
            if (one.y) one.y += pass.out.count();
            one.dy += pass.out.count();
            one.kept.per_sample += kept;
        }
    }

  private:
    template <class L>
    static constexpr long parameters = offset_in(L::parameters, static_cast<int>(L::parameters.size()));
    template <class L, class Device>
    static constexpr MemoryExtent own{0, parameters<L> + aligned(1L) + aligned(sum_parts(kernels::planned<Device>))};
};

/// A product of vectors of a sample: no gradient is made.
struct ProductNorms {
    template <class L, class Device>
    static constexpr MemoryExtent scratch(Dims in) {
        return detail::product_norms_scratch<Device>(in.first, L::output(in).dims.first);
    }
    template <class L, class Device>
    static void add_squared_norms(Device device, const Backward& pass, float* norms) {
        detail::add_product_norms(device, pass.batch, pass.in.first, pass.x, pass.out.first, pass.dy, L::has_bias,
                                  norms, pass.scratch);
    }
};

/// A sample's gradient is what comes back, in one row of a table.
struct RowNorms {
    template <class L, class Device>
    static constexpr MemoryExtent scratch(Dims in) {
        return MemoryExtent{aligned(1L), 0} + detail::RowSquares::scratch<Device>(L::output(in).dims.first);
    }
    template <class L, class Device>
    static void add_squared_norms(Device device, const Backward& pass, float* norms) {
        float* const sums = pass.scratch.per_sample;
        detail::RowSquares::write(device, pass.batch, pass.out.first, pass.dy, sums, pass.scratch.at({aligned(1L), 0}));
        update(device, pass.batch, kernels::AddTo{}, static_cast<const float*>(sums), norms);
    }
};

/// A product of a named value with the gradient by scales and shifts.
struct ModulationNorms {
    template <class L, class Device>
    static constexpr MemoryExtent scratch(Dims) {
        return MemoryExtent{aligned(L::moments), 0} +
               detail::product_norms_scratch<Device>(L::geometry.large_channels, L::moments);
    }
    template <class L, class Device>
    static void add_squared_norms(Device device, const Backward& pass, float* norms) {
        float* const dscales = pass.scratch.per_sample;
        L::scale_gradients(device, pass, dscales);
        detail::add_product_norms(device, pass.batch, L::geometry.large_channels, L::named_value(pass), L::moments,
                                  dscales, true, norms, pass.scratch.at({aligned(L::moments), 0}));
    }
};

}  // namespace genotype
