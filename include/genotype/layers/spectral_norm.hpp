// Spectral normalisation: another layer with its weight divided by its largest singular value.
#pragma once

#include <array>
#include <concepts>

#include "genotype/layers/weight_matrix.hpp"

namespace genotype {
namespace detail {

/// x / max(root of the sum of squares, 1e-12), PyTorch's F.normalize.
struct ToUnitLength {
    const float* squares;

    template <class V>
    constexpr void operator()(V& x) const {
        x = x / max(sqrt(V(*squares)), V(1e-12f));
    }
};
struct DividedBy {
    const float* divisor;

    template <class V>
    constexpr V operator()(V x) const {
        return x / V(*divisor);
    }
};
struct AddDividedBy {
    const float* divisor;

    template <class V>
    constexpr void operator()(V x, V& to) const {
        to = to + x / V(*divisor);
    }
};
/// What is taken off along the singular vectors.
struct TimesMinusQuotient {
    const float *dividend, *divisor;

    template <class V>
    constexpr V operator()(V x) const {
        return V(0.f) - x * (V(*dividend) / V(*divisor));
    }
};

/// The axis that PyTorch takes for the matrix's rows: what comes out.
template <class L>
constexpr int output_axis() {
    if constexpr (requires { L::output_axis; })
        return L::output_axis;
    else
        return 0;
}

}  // namespace detail

/// The layer `L`, a `Linear`, `Conv`, `ConvT` or `Embedding`, with its weight W divided by an estimate of its largest
/// singular value, u^T W v, so that a discriminator's slope is bounded. Shapes are those of `L`. The vectors u and v
/// are buffers. A power iteration brings them up to date whenever the weights are packed after an update of a training:
/// once an update, however often the layer runs in a step. A model's first values have 16 iterations.
///
/// PyTorch: torch.nn.utils.parametrizations.spectral_norm(layer), with its names in files
/// ("parametrizations.weight.original", "parametrizations.weight.0._u"). It iterates before every forward run in
/// training mode, also where the weight is what it was: a GAN's step, which runs its discriminator three times, is
/// three iterations there and one here, and real and generated images there meet slightly different weights. Training
/// here is PyTorch's with one forward run between updates, where the first has the vectors as they were loaded;
/// inference is the same. Source: Miyato, Kataoka, Koyama, Yoshida, "Spectral normalization for generative adversarial
/// networks" (ICLR 2018).
template <class L>
struct SpectralNorm : LayerBase {
    using Wrapped = L;
    using sample_norms = SingleGradients;
    static_assert(L::buffers.size() == 0, "the layer has no buffers of its own");
    using Matrix = detail::WeightMatrix<L, detail::output_axis<L>()>;

    static constexpr bool exceeds_0_to_1 = L::exceeds_0_to_1;
    static constexpr bool backward_reads_input = L::backward_reads_input;
    static constexpr bool backward_reads_output = L::backward_reads_output;
    static constexpr bool is_product = detail::is_product_layer<L>();
    static constexpr Dims input = L::input;

    static constexpr auto parameters = detail::parameters_with(
        std::array{detail::renamed(Matrix::weight, "parametrizations.weight.original")}, L::parameters);
    static constexpr std::array<Parameter, 2> buffers{
        {{"parametrizations.weight.0._u", vector_dims(Matrix::rows), {Initial::normal, 1}},
         {"parametrizations.weight.0._v", vector_dims(Matrix::columns), {Initial::normal, 1}}}};

    static constexpr Inferred output(Dims in) { return L::output(in); }
    static constexpr auto geometry(Dims in, Dims out) requires requires { L::geometry(in, out); }
    { return L::geometry(in, out); }

    template <class Device>
    static constexpr long prepared_floats() {
        static_assert(!kernels::stores_matrices<Device>, "SpectralNorm does not run on weights as a file has them");
        return places<Device>.end;
    }

    template <class Device, PackedAfter after>
    static void prepare(Device device, const Packing<after>& packing) {
        constexpr Places at = places<Device>;
        constexpr int iterations = after == PackedAfter::drawn ? 16 : after == PackedAfter::update ? 1 : 0;
        const float* const weight = packing.parameters;
        float* const own = packing.prepared;
        float *const u = own + at.u, *const v = own + at.v, *const product = own + at.product;
        const auto times = [&](float* y) {
            Matrix::times(device, weight, static_cast<const float*>(v), y, own + at.partial, own + at.scratch);
        };
        const auto to_unit_length = [&](long count, float* x) {
            sum_with_parts(device, own + at.parts, count, detail::SquareOf{}, own + at.sum,
                           static_cast<const float*>(x));
            update(device, count, detail::ToUnitLength{own + at.sum}, x);
        };
        map(device, Matrix::rows, kernels::Identity{}, u,
            static_cast<const float*>(packing.buffers + buffer_offset<SpectralNorm>(0)));
        Matrix::to_memory(device, packing.buffers + buffer_offset<SpectralNorm>(1), v, own + at.reordered);
        for (int iteration = 0; iteration < iterations; ++iteration) {
            times(u);
            to_unit_length(Matrix::rows, u);
            Matrix::transposed_times(device, weight, static_cast<const float*>(u), v, own + at.scratch);
            to_unit_length(Matrix::columns, v);
        }
        if constexpr (iterations > 0) {
            map(device, Matrix::rows, kernels::Identity{}, packing.buffers + buffer_offset<SpectralNorm>(0),
                static_cast<const float*>(u));
            Matrix::from_memory(device, v, packing.buffers + buffer_offset<SpectralNorm>(1), own + at.reordered);
        }
        times(product);
        sum_with_parts(device, own + at.parts, Matrix::rows, detail::ProductOf{}, own + at.sigma,
                       static_cast<const float*>(u), static_cast<const float*>(product));
        map(device, Matrix::weight.count(), detail::DividedBy{own + at.sigma}, own, weight);
        detail::copy_others<L>(device, packing.parameters + parameter_offset<SpectralNorm>(1),
                               own + parameter_offset<L>(1), false);
        L::prepare(device, static_cast<const float*>(own), own + at.inner);
    }

    template <class Device, class Mode>
    static constexpr LayerMemory memory(Dims in) {
        LayerMemory memory = L::template memory<Device, Mode>(in);
        if (std::same_as<Mode, Training>)
            memory.backward_scratch = aligned(memory.backward_scratch) + MemoryExtent{0, scratch<Device>.end};
        return memory;
    }

    template <class Device, class Mode, class... End>
    static void forward(Device device, Mode mode, const Forward<Mode>& pass, const End&... end) {
        L::forward(device, mode, normalised<Device>(pass), end...);
    }

    template <class Device>
    static void backward(Device device, const Backward& pass) {
        constexpr Places at = places<Device>;
        constexpr Scratch has = scratch<Device>;
        Backward call = normalised<Device>(pass);
        const MemoryExtent own_scratch{0, has.end};  // braces in the call are nothing that nvcc 13 compiles
        call.scratch = pass.scratch.at(own_scratch);
        if (!pass.gradients) return L::backward(device, call);
        float *const own = pass.scratch.fixed, *const along_v = own + has.along_v;
        call.gradients = own;
        call.accumulate = false;
        L::backward(device, call);

        // Of W / (u^T W v) with constant u and v: (G - <G, W / sigma> u v^T) / sigma.
        const float *const weight = pass.prepared, *const gradient = own, *const sigma = pass.prepared + at.sigma;
        const long count = Matrix::weight.count();
        sum_with_parts(device, own + has.parts, count, detail::ProductOf{}, own + has.sum, gradient, weight);
        if (pass.accumulate)
            update(device, count, detail::AddDividedBy{sigma}, gradient, pass.gradients);
        else
            map(device, count, detail::DividedBy{sigma}, pass.gradients, gradient);
        map(device, Matrix::columns, detail::TimesMinusQuotient{own + has.sum, sigma}, along_v, pass.prepared + at.v);
        Matrix::outer_product(device, pass.prepared + at.u, static_cast<const float*>(along_v), pass.gradients, true,
                              own + has.scratch);
        detail::copy_others<L>(device, gradient + parameter_offset<L>(1),
                               pass.gradients + parameter_offset<SpectralNorm>(1), pass.accumulate);
    }

  private:
    static constexpr long all_parameters = offset_in(L::parameters, static_cast<int>(L::parameters.size()));

    /// Where things lie in the prepared form: first the parameters that `L` runs with.
    struct Places {
        long own, u, v, sigma, sum, product, partial, reordered, parts, scratch, inner, end;
    };
    template <class Device>
    static constexpr Places places = [] {
        Places at{};
        detail::Floats next;
        at.own = next.take(all_parameters);
        at.u = next.take(Matrix::rows);
        at.v = next.take(Matrix::columns);
        at.sigma = next.take(1);
        at.sum = next.take(1);
        at.product = next.take(Matrix::rows);
        at.partial = next.take(Matrix::partial);
        at.reordered = next.take(Matrix::reordered);
        at.parts = next.take(sum_parts(kernels::planned<Device>));
        at.scratch = next.take(Matrix::template scratch<Device>.floats(1));
        at.inner = next.take(L::template prepared_floats<Device>());
        at.end = next.end;
        return at;
    }();
    /// And in backward's scratch: first the gradients by those.
    struct Scratch {
        long gradients, along_v, sum, parts, scratch, end;
    };
    template <class Device>
    static constexpr Scratch scratch = [] {
        Scratch at{};
        detail::Floats next;
        at.gradients = next.take(all_parameters);
        at.along_v = next.take(Matrix::columns);
        at.sum = next.take(1);
        at.parts = next.take(sum_parts(kernels::planned<Device>));
        at.scratch = next.take(Matrix::template scratch<Device>.floats(1));
        at.end = next.end;
        return at;
    }();

    /// The call of `L`: its parameters are the normalised ones.
    template <class Device, class Pass>
    static Pass normalised(const Pass& pass) {
        constexpr Places at = places<Device>;
        Pass call = pass;
        call.parameters = pass.prepared;
        call.prepared = pass.prepared + at.inner;
        return call;
    }
};

}  // namespace genotype
