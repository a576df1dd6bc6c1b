// Squared norms of the gradients that single samples give a layer's parameters.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
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

namespace detail {

/// A place for one gradient by the parameters of `L`, and for the sum of its squares.
template <class L, class Device>
struct OneGradient {
    static constexpr long floats = offset_in(L::parameters, static_cast<int>(L::parameters.size()));
    static constexpr MemoryExtent extent{0, floats + aligned(1L) + aligned(sum_parts(kernels::planned<Device>))};

    static void add_squares(Device device, float* gradients, float* norm) {
        float *const sum_here = gradients + floats, *const parts = sum_here + aligned(1L);
        for (std::size_t index = 0; index < L::parameters.size(); ++index) {
            const float* const gradient = gradients + offset_in(L::parameters, static_cast<int>(index));
            sum_with_parts(device, parts, L::parameters[index].count(), SquareOf{}, sum_here, gradient);
            update(device, 1, kernels::AddTo{}, static_cast<const float*>(sum_here), norm);
        }
    }
};

}  // namespace detail

/// How a layer whose samples do not depend on one another has its norms: `L`'s backward runs on each sample alone, and
/// the gradient that it gives is summed. It reads no named values, and what it keeps is one piece a sample; for others
/// there is `MaskedGradients`.
struct SingleGradients {
    template <class L, class Device>
    static constexpr MemoryExtent scratch(Dims in) {
        return detail::OneGradient<L, Device>::extent +
               aligned(L::template memory<Device, Training>(in).backward_scratch);
    }

    template <class L, class Device>
    static void add_squared_norms(Device device, const Backward& pass, float* norms) {
        using Own = detail::OneGradient<L, Device>;
        static_assert(std::is_same_v<ReadNames<L>, detail::Names<>>, "MaskedGradients are for layers that read names");
        const long kept = L::template memory<Device, Training>(pass.in).kept.per_sample;
        Backward one = pass;
        one.batch = 1;
        one.dx = nullptr;
        one.gradients = pass.scratch.fixed;
        one.accumulate = false;
        one.scratch = pass.scratch.at(Own::extent);
        for (int sample = 0; sample < pass.batch; ++sample) {
            L::backward(device, one);
            Own::add_squares(device, one.gradients, norms + sample);
            if (one.x) one.x += pass.in.count();
            if (one.y) one.y += pass.out.count();
            one.dy += pass.out.count();
            one.kept.per_sample += kept;
        }
    }
};

/// The same for any layer whose samples do not depend on one another: its backward runs on the whole batch, once a
/// sample, whose output gradient alone is not 0.
struct MaskedGradients {
    template <class L, class Device>
    static constexpr MemoryExtent scratch(Dims in) {
        return detail::OneGradient<L, Device>::extent + MemoryExtent{aligned(L::output(in).dims.count()), 0} +
               aligned(L::template memory<Device, Training>(in).backward_scratch);
    }

    template <class L, class Device>
    static void add_squared_norms(Device device, const Backward& pass, float* norms) {
        using Own = detail::OneGradient<L, Device>;
        const long count = pass.out.count();
        float* const dy = pass.scratch.per_sample;
        // The values of names without a place for gradients by them.
        std::array<NamedValue, count_names(ReadNames<L>{}) + 1> values{};
        std::size_t at = 0;
        const auto add = [&]<class N>(std::type_identity<N>) {
            values[at + 1] = {detail::name_id<N>(), value_of<N>(pass).data, nullptr, &values[at]};
            ++at;
        };
        [&]<class... N>(detail::Names<N...>) { (add(std::type_identity<N>{}), ...); }(ReadNames<L>{});
        Backward one = pass;
        one.dx = nullptr;
        one.dy = dy;
        one.gradients = pass.scratch.fixed;
        one.accumulate = false;
        one.values = &values[at];
        one.scratch = pass.scratch.at(Own::extent + MemoryExtent{aligned(count), 0});
        for (int sample = 0; sample < pass.batch; ++sample) {
            Device::clear(dy, pass.batch * count);
            map(device, count, kernels::Identity{}, dy + sample * count, pass.dy + sample * count);
            L::backward(device, one);
            Own::add_squares(device, one.gradients, norms + sample);
        }
    }

  private:
    template <class... N>
    static constexpr std::size_t count_names(detail::Names<N...>) {
        return sizeof...(N);
    }
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
