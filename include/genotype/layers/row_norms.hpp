// Squared norms of the gradients that single samples give a layer's parameters.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <type_traits>

#include "genotype/kernels/conv_geometry.hpp"
#include "genotype/kernels/functions.hpp"
#include "genotype/kernels/long_sum.hpp"
#include "genotype/layers/gram_norms.hpp"
#include "genotype/layers/names.hpp"
#include "genotype/layers/sample_rows.hpp"
#include "genotype/layers/weight_matrix.hpp"

namespace genotype::inline v0_1 {
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
        map(device, static_cast<long>(rows) * columns, kernels::Square{}, squares, x);
        matmul(device, geometry(columns), rows, static_cast<const float*>(squares), {ones, nullptr}, nullptr, sums,
               scratch.at({aligned(columns), aligned(columns)}));
    }

  private:
    static constexpr kernels::ProductGeometry geometry(int columns) {
        return kernels::ProductGeometry{kernels::ConvGeometry{columns, 1}};
    }
};

/// Of a product of two vectors, with or without a bias: |x|^2 |dy|^2 + |dy|^2; of a sample of several rows the norm of
/// the sum.
template <class Device>
constexpr MemoryExtent product_norms_scratch(int in, int out) {
    return larger(MemoryExtent{2 * aligned(1L), 0} + RowSquares::scratch<Device>(std::max(in, out)),
                  GramTiles<Device>::scratch(in, out));
}
template <class Device>
void add_product_norms(Device device, const SampleRows& samples, int in, const float* x, int out, const float* dy,
                       bool has_bias, float* norms, const MemoryRegion& scratch) {
    if (!samples.are_single()) {
        for (int sample = 0; sample < samples.count(); ++sample) {
            const long first = samples.first(sample);
            add_gram_norm(device, samples.rows(sample), in, x + first * in, out, dy + first * out, has_bias,
                          norms + sample, scratch);
        }
        return;
    }
    constexpr MemoryExtent one{aligned(1L), 0};
    float *const of_x = scratch.per_sample, *const of_dy = scratch.at(one).per_sample;
    const MemoryRegion rest = scratch.at(one + one);
    RowSquares::write(device, samples.count(), in, x, of_x, rest);
    RowSquares::write(device, samples.count(), out, dy, of_dy, rest);
    update(device, samples.count(), AddProductNorm{has_bias ? 1.f : 0.f}, static_cast<const float*>(of_x),
           static_cast<const float*>(of_dy), norms);
}

/// A place for one gradient by the parameters of `L`, and for the sum of its squares.
template <class L, class Device>
struct OneGradient {
    static constexpr long floats = offset_in(L::parameters, static_cast<int>(L::parameters.size()));
    static constexpr MemoryExtent sum{0, aligned(1L) + aligned(sum_parts(kernels::planned<Device>))};
    static constexpr MemoryExtent extent = MemoryExtent{0, floats} + sum;

    static void add_squares(Device device, float* gradients, float* norm) {
        for (std::size_t index = 0; index < L::parameters.size(); ++index)
            add(device, gradients + floats, L::parameters[index].count(), kernels::Square{},
                gradients + offset_in(L::parameters, static_cast<int>(index)), norm);
    }
    /// norm += the sum of f of so many values; in a place for `sum`.
    template <class F>
    static void add(Device device, float* place, long count, F f, const float* values, float* norm) {
        sum_with_parts(device, place + aligned(1L), count, f, place, values);
        update(device, 1, kernels::AddTo{}, static_cast<const float*>(place), norm);
    }
};

/// The call of some rows of a batch alone, of a layer that keeps one piece of so many floats a row. The gradient is
/// made where scratch begins.
inline Backward backward_of_rows(const Backward& pass, long first, int rows, long saved, MemoryExtent gradient) {
    Backward some = pass;
    some.batch = rows;
    some.dx = nullptr;
    some.gradients = pass.scratch.fixed;
    some.accumulate = false;
    some.scratch = pass.scratch.at(gradient);
    if (some.x) some.x += first * pass.in.count();
    if (some.y) some.y += first * pass.out.count();
    some.dy += first * pass.out.count();
    if (some.saved.per_sample) some.saved.per_sample += first * saved;
    return some;
}

}  // namespace detail

/// How a layer whose rows do not depend on one another has its norms: `L`'s backward runs on each sample alone, and
/// the gradient that it gives is summed. It reads no named values, and what it keeps is one piece a row; for others
/// there is `MaskedGradients`.
struct SingleGradients {
    template <class L, class Device>
    static constexpr MemoryExtent scratch(Dims in) {
        return detail::OneGradient<L, Device>::extent +
               aligned(L::template memory<Device, Training>(in).backward_scratch);
    }

    template <class L, class Device>
    static void add_squared_norms(Device device, const Backward& pass, const SampleRows& samples, float* norms) {
        for (int sample = 0; sample < samples.count(); ++sample)
            add_norm_of_rows<L>(device, pass, samples.first(sample), samples.rows(sample), norms + sample);
    }

    template <class L, class Device>
    static void add_norm_of_rows(Device device, const Backward& pass, long first, int rows, float* norm) {
        using Own = detail::OneGradient<L, Device>;
        static_assert(std::is_same_v<ReadNames<L>, detail::Names<>>, "MaskedGradients are for layers that read names");
        const long saved = L::template memory<Device, Training>(pass.in).saved.per_sample;
        const Backward some = detail::backward_of_rows(pass, first, rows, saved, Own::extent);
        L::backward(device, some);
        Own::add_squares(device, some.gradients, norm);
    }
};

namespace detail {

/// The values of the names that `L` reads without a place for gradients by them, in front of what else a run brings.
template <class L>
class ReadValues {
  public:
    explicit ReadValues(const Backward& pass) {
        values_[0].outer = pass.values;
        std::size_t at = 0;
        const auto add = [&]<class N>(std::type_identity<N>) {
            values_[at + 1] = {name_id<N>(), value_of<N>(pass).data, nullptr, &values_[at]};
            ++at;
        };
        [&]<class... N>(Names<N...>) { (add(std::type_identity<N>{}), ...); }(ReadNames<L>{});
    }
    ReadValues(const ReadValues&) = delete;
    ReadValues& operator=(const ReadValues&) = delete;

    const NamedValue* list() const { return &values_.back(); }

  private:
    template <class... N>
    static constexpr std::size_t count_names(Names<N...>) {
        return sizeof...(N);
    }

    std::array<NamedValue, count_names(ReadNames<L>{}) + 1> values_{};
};

}  // namespace detail

/// The same for any layer whose samples do not depend on one another: its backward runs on the whole batch, once a
/// sample, whose output gradient alone is not 0.
struct MaskedGradients {
    template <class L, class Device>
    static constexpr MemoryExtent scratch(Dims in) {
        return detail::OneGradient<L, Device>::extent + MemoryExtent{aligned(L::output(in).dims.count()), 0} +
               aligned(L::template memory<Device, Training>(in).backward_scratch);
    }

    template <class L, class Device>
    static void add_squared_norms(Device device, const Backward& pass, const SampleRows& samples, float* norms) {
        using Own = detail::OneGradient<L, Device>;
        const long count = pass.out.count();
        float* const dy = pass.scratch.per_sample;
        const detail::ReadValues<L> values(pass);
        Backward one = pass;
        one.dx = nullptr;
        one.dy = dy;
        one.gradients = pass.scratch.fixed;
        one.accumulate = false;
        one.values = values.list();
        one.scratch = pass.scratch.at(Own::extent + MemoryExtent{aligned(count), 0});
        for (int sample = 0; sample < samples.count(); ++sample) {
            const long begin = samples.first(sample) * count;
            Device::clear(dy, pass.batch * count);
            map(device, samples.rows(sample) * count, kernels::Identity{}, dy + begin, pass.dy + begin);
            L::backward(device, one);
            Own::add_squares(device, one.gradients, norms + sample);
        }
    }
};

/// A product of a row's vectors. No gradient is made of a sample of one row; of one of several rows it is, where that
/// is cheaper than all products of its rows.
struct ProductNorms {
    template <class L, class Device>
    static constexpr MemoryExtent scratch(Dims in) {
        const MemoryExtent products = detail::product_norms_scratch<Device>(in.first, L::output(in).dims.first);
        if (!makes_gradients<L>) return products;
        return larger(products, SingleGradients::scratch<L, Device>(in));
    }
    template <class L, class Device>
    static void add_squared_norms(Device device, const Backward& pass, const SampleRows& samples, float* norms) {
        const int in = pass.in.first, out = pass.out.first;
        if (samples.are_single())
            return detail::add_product_norms(device, samples, in, pass.x, out, pass.dy, L::has_bias, norms,
                                             pass.scratch);
        for (int sample = 0; sample < samples.count(); ++sample) {
            const long first = samples.first(sample);
            const int rows = samples.rows(sample);
            if (makes_gradients<L> && !detail::gram_is_cheaper(rows, in, out))
                SingleGradients::add_norm_of_rows<L>(device, pass, first, rows, norms + sample);
            else
                detail::add_gram_norm(device, rows, in, pass.x + first * in, out, pass.dy + first * out, L::has_bias,
                                      norms + sample, pass.scratch);
        }
    }

  private:
    template <class L>
    static constexpr bool makes_gradients = L::parameters[0].count() <= detail::largest_norm_gradient;
};

/// A row's gradient is what comes back, in one row of a table, which is another one for each row of a sample.
struct RowNorms {
    template <class L, class Device>
    static constexpr MemoryExtent scratch(Dims in) {
        return detail::OneGradient<L, Device>::sum + MemoryExtent{aligned(1L), 0} +
               detail::RowSquares::scratch<Device>(L::output(in).dims.first);
    }
    template <class L, class Device>
    static void add_squared_norms(Device device, const Backward& pass, const SampleRows& samples, float* norms) {
        constexpr MemoryExtent sum = detail::OneGradient<L, Device>::sum;
        const MemoryRegion place = pass.scratch.at(sum);
        const float* const squares = place.per_sample;
        detail::RowSquares::write(device, pass.batch, pass.out.first, pass.dy, place.per_sample,
                                  place.at({aligned(1L), 0}));
        if (samples.are_single()) return update(device, pass.batch, kernels::AddTo{}, squares, norms);
        for (int sample = 0; sample < samples.count(); ++sample)
            detail::OneGradient<L, Device>::add(device, pass.scratch.fixed, samples.rows(sample), kernels::Identity{},
                                                squares + samples.first(sample), norms + sample);
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
    static void add_squared_norms(Device device, const Backward& pass, const SampleRows& samples, float* norms) {
        float* const dscales = pass.scratch.per_sample;
        L::scale_gradients(device, pass, dscales);
        detail::add_product_norms(device, samples, L::geometry.large_channels, L::named_value(pass), L::moments,
                                  dscales, true, norms, pass.scratch.at({aligned(L::moments), 0}));
    }
};

}  // namespace genotype::inline v0_1
