// Modulate: a named value tells each channel's scale and shift.
#pragma once

#include <algorithm>

#include "genotype/kernels/conv_geometry.hpp"
#include "genotype/kernels/functions.hpp"
#include "genotype/kernels/modulation_tangent.hpp"
#include "genotype/layers/bias.hpp"
#include "genotype/layers/layer.hpp"

namespace genotype::inline v0_1 {

/// (channels, H, W), or (channels), to the same: x * (1 + scale) + shift, where `Linear<width, 2 * channels>` of the
/// value of `N`, a vector of `width`, gives the scales and then the shifts of each sample.
///
/// PyTorch: `scale, shift = linear(named).chunk(2, dim=1); x * (1 + scale) + shift`, with the linear layer's names
/// ("weight", "bias"); diffusers: a ResnetBlock2D with `time_embedding_norm="scale_shift"`.
/// Source: Perez et al., "FiLM: visual reasoning with a general conditioning layer" (AAAI 2018).
template <class N, int width, int channels>
struct Modulate : LayerBase {
    using reads = Names<N>;
    using sample_norms = ModulationNorms;
    static constexpr bool exceeds_0_to_1 = true;
    static constexpr bool sized = width >= 1 && channels >= 1;
    static constexpr Dims input{any_dim, sized ? channels : any_dim, any_dim, any_dim, any_dim};
    static constexpr int moments = 2 * channels;
    static constexpr auto parameters = detail::weight_and_bias<Bias>({2, moments, width}, {1, 0}, moments, width);
    static constexpr kernels::ProductGeometry geometry{kernels::ConvGeometry{width, moments}};

    static constexpr Inferred output(Dims in) {
        for (const int size : {width, channels})
            if (size < 1) return {FaultKind::size, vector_dims(size), {}};
        return in;
    }
    static constexpr Dims wanted_value(Dims) { return vector_dims(width); }

    template <class Device>
    static constexpr auto packed() {
        return packed_form(kernels::planned<Device>, geometry);
    }
    template <class Device, class Form>
    static void prepare(Device device, const float* values, Form* to) {
        pack(device, geometry, values + parameter_offset<Modulate>(0), to);
    }

    /// Saved: scales and shifts. Scratch of backward: the gradients by them, and by the named value.
    template <class Device, class Mode>
    static constexpr LayerMemory memory(Dims) {
        constexpr MemoryExtent scratch = convolution_scratch(kernels::planned<Device>, geometry);
        if (std::same_as<Mode, Training>)
            return {.saved = one, .forward_scratch = scratch, .backward_scratch = one + value + scratch};
        return {.saved = {}, .forward_scratch = one + scratch, .backward_scratch = {}};
    }

    // An activation behind it is applied in the same pass, and a norm in front of it may apply all of it, see
    // network/fused.hpp.
    static constexpr bool applies_activation = true;
    static constexpr bool is_modulation = true;

    template <class Device, class Mode, class Activation = kernels::NoActivation>
    static void forward(Device device, Mode, const Forward<Mode>& f, Activation activation = {}) {
        const float* const scales = make_scales(device, f);
        modulate(device, f.batch, f.in.pixels(), channels, f.x, scales, f.y, activation);
    }

    template <class Device, class Activation = kernels::NoActivation>
    static void backward(Device device, const Backward& b, Activation activation = {}) {
        modulate_backward(device, b.batch, b.in.pixels(), channels, b.x, scales(b), b.dy, b.dx, moment_gradients(b),
                          activation);
        send_scales_back(device, b);
    }

    /// The parts of both passes beside x: the scales and shifts, (batch, 2, channels), in forward ...
    template <class Device, class Mode>
    static const float* make_scales(Device device, const Forward<Mode>& f) {
        constexpr bool training = std::same_as<Mode, Training>;
        float* const made = (training ? f.saved : f.scratch).per_sample;
        matmul(device, geometry, f.batch, value_of<N>(f).data, weights<Device>(f),
               f.parameters + parameter_offset<Modulate>(1), made, training ? f.scratch : f.scratch.at(one));
        return made;
    }
    /// ... what forward made, and where backward writes the gradients by them, ...
    static const float* scales(const Backward& b) { return b.saved.per_sample; }
    static float* moment_gradients(const Backward& b) { return b.scratch.per_sample; }
    /// ... and on from there, to the named value and the parameters.
    template <class Device>
    static void send_scales_back(Device device, const Backward& b) {
        const float* const by_scales = moment_gradients(b);
        send_back(device, b, value_of<N>(b), by_scales, b.scratch.at(one).per_sample, b.scratch.at(one + value),
                  b.accumulate);
        if (b.gradients)
            column_sums(device, b.batch, moments, by_scales, b.gradients + parameter_offset<Modulate>(1), b.accumulate);
    }

    /// For norms of single samples: the gradients by scales and shifts, and what they are products with.
    template <class Device, class Activation = kernels::NoActivation>
    static void scale_gradients(Device device, const Backward& b, float* dscales, Activation activation = {}) {
        float* const none = nullptr;
        modulate_backward(device, b.batch, b.in.pixels(), channels, b.x, static_cast<const float*>(b.saved.per_sample),
                          b.dy, none, dscales, activation);
    }
    static const float* named_value(const Backward& b) { return value_of<N>(b).data; }
    /// Saved: the scales' and shifts' tangents. Scratch of backward: gradients by scales and shifts, by their tangents,
    /// by the scales through the tangent; the gradient by the value, or an input's that is not requested.
    template <class Device>
    static constexpr LayerMemory tangent_memory(Dims in) {
        constexpr MemoryExtent scratch = convolution_scratch(kernels::planned<Device>, geometry);
        const MemoryExtent spare{aligned(std::max<long>(in.count(), width)), 0};
        return {.saved = one, .forward_scratch = scratch, .backward_scratch = 3 * one + spare + scratch};
    }
    template <class Device>
    static void tangent(Device device, const Tangent& call) {
        const Forward<Training>& f = call.run;
        matmul(device, geometry, f.batch, value_of<N>(call).data, weights<Device>(f), nullptr, call.own.per_sample,
               f.scratch);
        modulate_tangent(device, f.batch, f.in.pixels(), channels, f.x, call.tx, f.saved.per_sample,
                         call.own.per_sample, call.ty);
    }
    template <class Device>
    static void tangent_backward(Device device, const TangentBackward& call) {
        const Backward& b = call.run;
        const long pixels = b.in.pixels();
        const float *const scales = b.saved.per_sample, *const tscales = call.own.per_sample;
        float *const by_scales = b.scratch.per_sample, *const by_tscales = b.scratch.at(one).per_sample;
        float *const through = b.scratch.at(2 * one).per_sample, *const spare = b.scratch.at(3 * one).per_sample;
        modulate_backward(device, b.batch, pixels, channels, call.tx, tscales, call.dty, spare, through);
        modulate_backward(device, b.batch, pixels, channels, b.x, scales, call.dty, call.dtx, by_tscales);
        modulate_backward(device, b.batch, pixels, channels, b.x, scales, b.dy, b.dx, by_scales);
        add_scales(device, b.batch, channels, through, by_scales);
        if (b.dx) modulate_tangent_input(device, b.batch, pixels, channels, call.dty, tscales, b.dx);
        const MemoryRegion scratch =
            b.scratch.at(3 * one + MemoryExtent{aligned(std::max<long>(b.in.count(), width)), 0});
        send_back(device, b, value_of<N>(b), by_scales, spare, scratch, b.accumulate);
        send_back(device, b, value_of<N>(call), by_tscales, spare, scratch, true);
        if (b.gradients)
            column_sums(device, b.batch, moments, by_scales, b.gradients + parameter_offset<Modulate>(1), b.accumulate);
    }

  private:
    template <class Device, class Pass>
    static auto weights(const Pass& pass) {
        return packed<Device>().weights(pass.parameters + parameter_offset<Modulate>(0), pass.packed);
    }

    /// Gradients by scales and shifts to the value and to the weight.
    template <class Device>
    static void send_back(Device device, const Backward& b, const NamedValue& named, const float* by_scales,
                          float* dvalue, const MemoryRegion& scratch, bool accumulate) {
        if (named.gradient) {
            matmul_transposed(device, geometry, b.batch, by_scales, weights<Device>(b), nullptr, dvalue, scratch);
            update(device, static_cast<long>(b.batch) * width, kernels::AddTo{}, static_cast<const float*>(dvalue),
                   named.gradient);
        }
        if (b.gradients)
            matmul_weight_gradient(device, geometry, b.batch, named.data, by_scales,
                                   b.gradients + parameter_offset<Modulate>(0), accumulate, scratch);
    }

    static constexpr MemoryExtent one{aligned(moments), 0}, value{aligned(width), 0};
};

}  // namespace genotype::inline v0_1
