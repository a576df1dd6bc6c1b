// Weight normalisation: another layer whose weight is a length and a direction for each row.
#pragma once

#include <array>

#include "genotype/layers/normalised_weight.hpp"

namespace genotype::inline v0_1 {
namespace detail {

struct RootOf {
    template <class V>
    constexpr V operator()(V x) const {
        return sqrt(x);
    }
};
struct QuotientOf {
    template <class V>
    constexpr V operator()(V x, V by) const {
        return x / by;
    }
};
struct AddQuotientOf {
    template <class V>
    constexpr void operator()(V x, V by, V& to) const {
        to = to + x / by;
    }
};
struct AddProductOf {
    template <class V>
    constexpr void operator()(V left, V right, V& to) const {
        to = to + left * right;
    }
};
/// What the gradient by the length takes off along the direction: -(length * gradient) / norm^3.
struct AlongDirection {
    template <class V>
    constexpr V operator()(V length, V gradient, V norm) const {
        return V(0.f) - length * gradient / (norm * norm * norm);
    }
};

/// See `WeightNorm`. `Runs` is `L`, or its linear map.
template <class L, int dim, class Runs>
struct WeightNormOf : NormalisedWeight<WeightNormOf<L, dim, Runs>, L, Runs> {
    using Base = NormalisedWeight<WeightNormOf<L, dim, Runs>, L, Runs>;
    using Matrix = WeightMatrix<L, dim>;

    static constexpr auto parameters = [] {
        Dims length{Matrix::weight.dims.rank, 1, 1, 1, 1};
        length[dim] = Matrix::rows;
        return parameters_with(
            std::array{Parameter{"parametrizations.weight.original0", length, {Initial::constant, 1}},
                       renamed(Matrix::weight, "parametrizations.weight.original1")},
            L::parameters);
    }();

    template <class Device, PackedAfter after>
    static void prepare(Device device, const Packing<after>& packing) {
        constexpr Places at = places<Device>;
        float *const own = Base::template own_form<Device>().in(packing.packed);
        float *const norm = own + at.norm, *const matrix = own + at.matrix;
        const float* const direction = packing.parameters + parameter_offset<WeightNormOf>(1);
        update(device, Matrix::columns, SetOne{}, own + at.ones);
        map(device, Matrix::weight.count(), kernels::Square{}, matrix, direction);
        Matrix::times(device, matrix, own + at.ones, norm, own + at.partial, own + at.scratch);
        map(device, Matrix::rows, RootOf{}, norm, static_cast<const float*>(norm));
        if constexpr (after == PackedAfter::drawn)
            map(device, Matrix::rows, kernels::Identity{}, packing.parameters, static_cast<const float*>(norm));
        map(device, Matrix::rows, QuotientOf{}, own + at.factor, static_cast<const float*>(packing.parameters),
            static_cast<const float*>(norm));
        Matrix::outer_product(device, own + at.factor, own + at.ones, matrix, false, own + at.scratch);
        map(device, Matrix::weight.count(), ProductOf{}, own, static_cast<const float*>(matrix), direction);
        Base::prepare_wrapped(device, packing.parameters, packing.packed);
    }

    /// With n = |v|: dg = <G, v> / n for each row, dv = g / n G - g <G, v> / n^3 v.
    template <class Device>
    static void weight_gradient(Device device, const Backward& pass, float* own) {
        constexpr Places at = places<Device>;
        constexpr Scratch has = scratch<Device>;
        float *const matrix = own + has.matrix, *const row = own + has.row;
        const float *const packed = Base::template own_form<Device>().in(pass.packed);
        const float *const gradient = own, *const length = pass.parameters, *const norm = packed + at.norm,
                           *const direction = pass.parameters + parameter_offset<WeightNormOf>(1),
                           *const ones = packed + at.ones;
        float *const dlength = pass.gradients, *const ddirection = pass.gradients + parameter_offset<WeightNormOf>(1);
        const long count = Matrix::weight.count();
        map(device, count, ProductOf{}, matrix, gradient, direction);
        Matrix::times(device, matrix, ones, row, own + has.partial, own + has.scratch);
        if (pass.accumulate)
            update(device, Matrix::rows, AddQuotientOf{}, static_cast<const float*>(row), norm, dlength);
        else
            map(device, Matrix::rows, QuotientOf{}, dlength, static_cast<const float*>(row), norm);
        Matrix::outer_product(device, packed + at.factor, ones, matrix, false, own + has.scratch);
        if (pass.accumulate)
            update(device, count, AddProductOf{}, static_cast<const float*>(matrix), gradient, ddirection);
        else
            map(device, count, ProductOf{}, ddirection, static_cast<const float*>(matrix), gradient);
        map(device, Matrix::rows, AlongDirection{}, row, length, static_cast<const float*>(row), norm);
        Matrix::outer_product(device, row, ones, matrix, false, own + has.scratch);
        update(device, count, AddProductOf{}, static_cast<const float*>(matrix), direction, ddirection);
    }

    /// Where things lie in the first of two packed forms: first the parameters that `L` runs with.
    struct Places {
        long own, norm, factor, ones, matrix, partial, scratch, end;
    };
    template <class Device>
    static constexpr Places places = [] {
        Places at{};
        Floats next;
        at.own = next.take(Base::all_parameters);
        at.norm = next.take(Matrix::rows);
        at.factor = next.take(Matrix::rows);
        at.ones = next.take(Matrix::columns);
        at.matrix = next.take(Matrix::weight.count());
        at.partial = next.take(Matrix::partial);
        at.scratch = next.take(Matrix::template scratch<Device>.floats(1));
        at.end = next.end;
        return at;
    }();
    /// And in backward's scratch: first the gradients by those.
    struct Scratch {
        long gradients, row, matrix, partial, scratch, end;
    };
    template <class Device>
    static constexpr Scratch scratch = [] {
        Scratch at{};
        Floats next;
        at.gradients = next.take(Base::all_parameters);
        at.row = next.take(Matrix::rows);
        at.matrix = next.take(Matrix::weight.count());
        at.partial = next.take(Matrix::partial);
        at.scratch = next.take(Matrix::template scratch<Device>.floats(1));
        at.end = next.end;
        return at;
    }();
};

}  // namespace detail

/// The layer `L`, a `Linear`, `Conv`, `ConvT` or `Embedding`, whose weight is g v / |v|, with a length g and a norm for
/// each index of axis `dim`. Shapes are those of `L`. g begins as |v|, so that the weight begins as the layer's own.
///
/// PyTorch: torch.nn.utils.parametrizations.weight_norm(layer, dim=dim), with its names in files: g is
/// "parametrizations.weight.original0", v is "parametrizations.weight.original1".
/// Source: Salimans, Kingma, "Weight normalization" (NeurIPS 2016).
template <class L, int dim = 0>
struct WeightNorm : detail::WeightNormOf<L, dim, L> {};

template <LinearMap L, int dim>
struct WeightNorm<L, dim> : detail::WeightNormOf<L, dim, L> {
    using linear_map = detail::WeightNormOf<L, dim, typename L::linear_map>;
};

}  // namespace genotype::inline v0_1
