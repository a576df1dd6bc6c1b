// Weight normalisation: another layer whose weight is a length and a direction for each row.
#pragma once

#include <array>
#include <concepts>

#include "genotype/layers/weight_matrix.hpp"

namespace genotype {
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
    constexpr void operator()(V x, V by, V &to) const {
        to = to + x / by;
    }
};
struct AddProductOf {
    template <class V>
    constexpr void operator()(V left, V right, V &to) const {
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

}  // namespace detail

/// The layer `L`, a `Linear`, `Conv`, `ConvT` or `Embedding`, whose weight is g v / |v|, with a length g and a norm for
/// each index of axis `dim`. Shapes are those of `L`. g begins as |v|, so that the weight begins as the layer's own.
///
/// PyTorch: torch.nn.utils.parametrizations.weight_norm(layer, dim=dim), with its names in files: g is
/// "parametrizations.weight.original0", v is "parametrizations.weight.original1".
/// Source: Salimans, Kingma, "Weight normalization" (NeurIPS 2016).
template <class L, int dim = 0>
struct WeightNorm : LayerBase {
    using Wrapped = L;
    using sample_norms = SingleGradients;
    static_assert(L::buffers.size() == 0, "the layer has no buffers of its own");
    using Matrix = detail::WeightMatrix<L, dim>;

    static constexpr bool exceeds_0_to_1 = L::exceeds_0_to_1;
    static constexpr bool backward_reads_input = L::backward_reads_input;
    static constexpr bool backward_reads_output = L::backward_reads_output;
    static constexpr bool is_product = detail::is_product_layer<L>();
    static constexpr Dims input = L::input;

    static constexpr auto parameters = [] {
        Dims length{Matrix::weight.dims.rank, 1, 1, 1, 1};
        length[dim] = Matrix::rows;
        return detail::parameters_with(
            std::array{Parameter{"parametrizations.weight.original0", length, {Initial::constant, 1}},
                       detail::renamed(Matrix::weight, "parametrizations.weight.original1")},
            L::parameters);
    }();

    static constexpr Inferred output(Dims in) { return L::output(in); }
    static constexpr auto geometry(Dims in, Dims out) requires requires { L::geometry(in, out); }
    { return L::geometry(in, out); }

    template <class Device>
    static constexpr auto packed() {
        static_assert(!kernels::stores_matrices<Device>, "WeightNorm does not run on weights as a file has them");
        return kernels::PackedForms(own_form<Device>, L::template packed<Device>());
    }

    template <class Device, PackedAfter after>
    static void prepare(Device device, const Packing<after> &packing) {
        constexpr Places at = places<Device>;
        float *const own = own_form<Device>.in(packing.prepared), *const norm = own + at.norm,
                     *const matrix = own + at.matrix;
        const float *const direction = packing.parameters + parameter_offset<WeightNorm>(1);
        update(device, Matrix::columns, detail::SetOne{}, own + at.ones);
        map(device, Matrix::weight.count(), detail::SquareOf{}, matrix, direction);
        Matrix::times(device, matrix, own + at.ones, norm, own + at.partial, own + at.scratch);
        map(device, Matrix::rows, detail::RootOf{}, norm, static_cast<const float *>(norm));
        if constexpr (after == PackedAfter::drawn)
            map(device, Matrix::rows, kernels::Identity{}, packing.parameters, static_cast<const float *>(norm));
        map(device, Matrix::rows, detail::QuotientOf{}, own + at.factor, static_cast<const float *>(packing.parameters),
            static_cast<const float *>(norm));
        Matrix::outer_product(device, own + at.factor, own + at.ones, matrix, false, own + at.scratch);
        map(device, Matrix::weight.count(), detail::ProductOf{}, own, static_cast<const float *>(matrix), direction);
        detail::copy_others<L>(device, packing.parameters + parameter_offset<WeightNorm>(2),
                               own + parameter_offset<L>(1), false);
        L::prepare(device, static_cast<const float *>(own),
                   L::template packed<Device>().in(packing.prepared + own_form<Device>.bytes()));
    }

    template <class Device, class Mode>
    static constexpr LayerMemory memory(Dims in) {
        LayerMemory memory = L::template memory<Device, Mode>(in);
        if (std::same_as<Mode, Training>)
            memory.backward_scratch = aligned(memory.backward_scratch) + MemoryExtent{0, scratch<Device>.end};
        return memory;
    }

    template <class Device, class Mode, class... End>
    static void forward(Device device, Mode mode, const Forward<Mode> &pass, const End &...end) {
        L::forward(device, mode, normalised<Device>(pass), end...);
    }

    template <class Device>
    static void backward(Device device, const Backward &pass) {
        constexpr Places at = places<Device>;
        constexpr Scratch has = scratch<Device>;
        Backward call = normalised<Device>(pass);
        const MemoryExtent own_scratch{0, has.end};  // braces in the call are nothing that nvcc 13 compiles
        call.scratch = pass.scratch.at(own_scratch);
        if (!pass.gradients) return L::backward(device, call);
        float *const own = pass.scratch.fixed, *const matrix = own + has.matrix, *const row = own + has.row;
        call.gradients = own;
        call.accumulate = false;
        L::backward(device, call);

        // With n = |v|: dg = <G, v> / n for each row, dv = g / n G - g <G, v> / n^3 v.
        const float *const gradient = own, *const length = pass.parameters, *const norm = call.parameters + at.norm,
                           *const direction = pass.parameters + parameter_offset<WeightNorm>(1),
                           *const ones = call.parameters + at.ones;
        float *const dlength = pass.gradients, *const ddirection = pass.gradients + parameter_offset<WeightNorm>(1);
        const long count = Matrix::weight.count();
        map(device, count, detail::ProductOf{}, matrix, gradient, direction);
        Matrix::times(device, matrix, ones, row, own + has.partial, own + has.scratch);
        if (pass.accumulate)
            update(device, Matrix::rows, detail::AddQuotientOf{}, static_cast<const float *>(row), norm, dlength);
        else
            map(device, Matrix::rows, detail::QuotientOf{}, dlength, static_cast<const float *>(row), norm);
        Matrix::outer_product(device, call.parameters + at.factor, ones, matrix, false, own + has.scratch);
        if (pass.accumulate)
            update(device, count, detail::AddProductOf{}, static_cast<const float *>(matrix), gradient, ddirection);
        else
            map(device, count, detail::ProductOf{}, ddirection, static_cast<const float *>(matrix), gradient);
        map(device, Matrix::rows, detail::AlongDirection{}, row, length, static_cast<const float *>(row), norm);
        Matrix::outer_product(device, row, ones, matrix, false, own + has.scratch);
        update(device, count, detail::AddProductOf{}, static_cast<const float *>(matrix), direction, ddirection);
        detail::copy_others<L>(device, gradient + parameter_offset<L>(1),
                               pass.gradients + parameter_offset<WeightNorm>(2), pass.accumulate);
    }

  private:
    static constexpr long all_parameters = offset_in(L::parameters, static_cast<int>(L::parameters.size()));

    /// Where things lie in the first of two packed forms: first the parameters that `L` runs with.
    struct Places {
        long own, norm, factor, ones, matrix, partial, scratch, end;
    };
    template <class Device>
    static constexpr Places places = [] {
        Places at{};
        detail::Floats next;
        at.own = next.take(all_parameters);
        at.norm = next.take(Matrix::rows);
        at.factor = next.take(Matrix::rows);
        at.ones = next.take(Matrix::columns);
        at.matrix = next.take(Matrix::weight.count());
        at.partial = next.take(Matrix::partial);
        at.scratch = next.take(Matrix::template scratch<Device>.floats(1));
        at.end = next.end;
        return at;
    }();
    template <class Device>
    static constexpr kernels::PackedForm<float> own_form{places<Device>.end};
    /// And in backward's scratch: first the gradients by those.
    struct Scratch {
        long gradients, row, matrix, partial, scratch, end;
    };
    template <class Device>
    static constexpr Scratch scratch = [] {
        Scratch at{};
        detail::Floats next;
        at.gradients = next.take(all_parameters);
        at.row = next.take(Matrix::rows);
        at.matrix = next.take(Matrix::weight.count());
        at.partial = next.take(Matrix::partial);
        at.scratch = next.take(Matrix::template scratch<Device>.floats(1));
        at.end = next.end;
        return at;
    }();

    /// The call of `L`: its parameters are the normalised ones.
    template <class Device, class Pass>
    static Pass normalised(const Pass &pass) {
        Pass call = pass;
        call.parameters = own_form<Device>.in(pass.prepared);
        call.prepared = pass.prepared + own_form<Device>.bytes();
        return call;
    }
};

}  // namespace genotype
