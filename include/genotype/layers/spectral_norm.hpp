// Spectral normalisation: another layer with its weight divided by its largest singular value.
#pragma once

#include <array>

#include "genotype/layers/normalised_weight.hpp"

namespace genotype::inline v0_1 {
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

/// See `SpectralNorm`. `Runs` is `L`, or its linear map.
template <class L, class Runs>
struct SpectralNormOf : NormalisedWeight<SpectralNormOf<L, Runs>, L, Runs> {
    using Base = NormalisedWeight<SpectralNormOf<L, Runs>, L, Runs>;
    using Matrix = WeightMatrix<L, output_axis<L>()>;

    static constexpr auto parameters =
        parameters_with(std::array{renamed(Matrix::weight, "parametrizations.weight.original")}, L::parameters);
    static constexpr std::array<Parameter, 2> buffers{
        {{"parametrizations.weight.0._u", vector_dims(Matrix::rows), {Initial::normal, 1}},
         {"parametrizations.weight.0._v", vector_dims(Matrix::columns), {Initial::normal, 1}}}};

    template <class Device, PackedAfter after>
    static void prepare(Device device, const Packing<after>& packing) {
        constexpr Places at = places<Device>;
        constexpr int iterations = after == PackedAfter::drawn ? 16 : after == PackedAfter::update ? 1 : 0;
        const float* const weight = packing.parameters;
        float* const own = Base::template own_form<Device>().in(packing.packed);
        float *const u = own + at.u, *const v = own + at.v, *const product = own + at.product;
        const auto times = [&](float* y) {
            Matrix::times(device, weight, static_cast<const float*>(v), y, own + at.partial, own + at.scratch);
        };
        const auto to_unit_length = [&](long count, float* x) {
            sum_with_parts(device, own + at.parts, count, kernels::Square{}, own + at.sum,
                           static_cast<const float*>(x));
            update(device, count, ToUnitLength{own + at.sum}, x);
        };
        map(device, Matrix::rows, kernels::Identity{}, u,
            static_cast<const float*>(packing.buffers + buffer_offset<SpectralNormOf>(0)));
        Matrix::to_memory(device, packing.buffers + buffer_offset<SpectralNormOf>(1), v, own + at.reordered);
        for (int iteration = 0; iteration < iterations; ++iteration) {
            times(u);
            to_unit_length(Matrix::rows, u);
            Matrix::transposed_times(device, weight, static_cast<const float*>(u), v, own + at.scratch);
            to_unit_length(Matrix::columns, v);
        }
        if constexpr (iterations > 0) {
            map(device, Matrix::rows, kernels::Identity{}, packing.buffers + buffer_offset<SpectralNormOf>(0),
                static_cast<const float*>(u));
            Matrix::from_memory(device, v, packing.buffers + buffer_offset<SpectralNormOf>(1), own + at.reordered);
        }
        times(product);
        sum_with_parts(device, own + at.parts, Matrix::rows, ProductOf{}, own + at.sigma, static_cast<const float*>(u),
                       static_cast<const float*>(product));
        map(device, Matrix::weight.count(), DividedBy{own + at.sigma}, own, weight);
        Base::prepare_wrapped(device, packing.parameters, packing.packed);
    }

    /// Of W / (u^T W v) with constant u and v: (G - <G, W / sigma> u v^T) / sigma.
    template <class Device>
    static void weight_gradient(Device device, const Backward& pass, float* own) {
        constexpr Places at = places<Device>;
        constexpr Scratch has = scratch<Device>;
        const float* const weight = Base::template own_form<Device>().in(pass.packed);
        const float *const gradient = own, *const sigma = weight + at.sigma;
        float* const along_v = own + has.along_v;
        const long count = Matrix::weight.count();
        sum_with_parts(device, own + has.parts, count, ProductOf{}, own + has.sum, gradient, weight);
        if (pass.accumulate)
            update(device, count, AddDividedBy{sigma}, gradient, pass.gradients);
        else
            map(device, count, DividedBy{sigma}, pass.gradients, gradient);
        map(device, Matrix::columns, TimesMinusQuotient{own + has.sum, sigma}, along_v, weight + at.v);
        Matrix::outer_product(device, weight + at.u, static_cast<const float*>(along_v), pass.gradients, true,
                              own + has.scratch);
    }

    /// Where things lie in the first of two packed forms: first the parameters that `L` runs with.
    struct Places {
        long own, u, v, sigma, sum, product, partial, reordered, parts, scratch, end;
    };
    template <class Device>
    static constexpr Places places = [] {
        Places at{};
        Floats next;
        at.own = next.take(Base::all_parameters);
        at.u = next.take(Matrix::rows);
        at.v = next.take(Matrix::columns);
        at.sigma = next.take(1);
        at.sum = next.take(1);
        at.product = next.take(Matrix::rows);
        at.partial = next.take(Matrix::partial);
        at.reordered = next.take(Matrix::reordered);
        at.parts = next.take(sum_parts(kernels::planned<Device>));
        at.scratch = next.take(Matrix::template scratch<Device>.floats(1));
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
        Floats next;
        at.gradients = next.take(Base::all_parameters);
        at.along_v = next.take(Matrix::columns);
        at.sum = next.take(1);
        at.parts = next.take(sum_parts(kernels::planned<Device>));
        at.scratch = next.take(Matrix::template scratch<Device>.floats(1));
        at.end = next.end;
        return at;
    }();
};

}  // namespace detail

/// The layer `L`, a `Linear`, `Conv`, `ConvT` or `Embedding`, with its weight W divided by an estimate of its largest
/// singular value, u^T W v, so that a discriminator's derivative is bounded. Shapes are those of `L`. The vectors u and
/// v are buffers. A power iteration brings them up to date whenever the weights are packed after an update of a
/// training: once an update, however often the layer runs in a step. A model's initial values have 16 iterations.
///
/// PyTorch: torch.nn.utils.parametrizations.spectral_norm(layer), with its names in files
/// ("parametrizations.weight.original", "parametrizations.weight.0._u"). It iterates before every forward run in
/// training mode, also where the weight is what it was: a GAN's step, which runs its discriminator three times, is
/// three iterations there and one here, and real and generated images there meet slightly different weights. Training
/// here is PyTorch's with one forward run between updates, where the first has the vectors as they were loaded;
/// inference is the same. Source: Miyato, Kataoka, Koyama, Yoshida, "Spectral normalization for generative adversarial
/// networks" (ICLR 2018).
template <class L>
struct SpectralNorm : detail::SpectralNormOf<L, L> {};

template <LinearMap L>
struct SpectralNorm<L> : detail::SpectralNormOf<L, L> {
    using linear_map = detail::SpectralNormOf<L, typename L::linear_map>;
};

}  // namespace genotype::inline v0_1
