// What spectral norm and weight norm have in common: another layer that runs with a weight made of other parameters.
#pragma once

#include <concepts>

#include "genotype/kernels/packed_form.hpp"
#include "genotype/layers/weight_matrix.hpp"

namespace genotype::inline v0_1::detail {

/// The layer `L` with another weight than its parameter; or of it only `Runs`, its linear map, with the same parameters
/// and the same packed form, the second. `Own` is the wrapper. It has `prepare` and `parameters`, in which `instead`
/// tensors stand for `L`'s weight, and says
///
///     template <class Device> static constexpr Places places;    // in the first of two packed forms, floats: first
///                                                                // the parameters that `L` runs with; `end`
///     template <class Device> static constexpr Scratch scratch;  // of backward: first the gradients by those; `end`
///     template <class Device> static void weight_gradient(Device, const Backward&, float* scratch);
template <class Own, class L, class Runs>
struct NormalisedWeight : LayerBase {
    using Wrapped = L;
    using sample_norms = SingleGradients;
    static_assert(L::buffers.size() == 0, "the layer has no buffers of its own");

    static constexpr bool exceeds_0_to_1 = L::exceeds_0_to_1;
    static constexpr bool backward_reads_input = L::backward_reads_input;
    static constexpr bool backward_reads_output = L::backward_reads_output;
    static constexpr bool is_product = is_product_layer<L>();
    static constexpr Dims input = L::input;

    static constexpr Inferred output(Dims in) { return L::output(in); }
    static constexpr auto geometry(Dims in, Dims out) requires requires { L::geometry(in, out); }
    { return L::geometry(in, out); }

    template <class Device>
    static constexpr auto packed() {
        static_assert(!kernels::stores_matrices<Device>, "a normalised weight is none as a file has it");
        return kernels::PackedForms(own_form<Device>(), L::template packed<Device>());
    }

    template <class Device, class Mode>
    static constexpr LayerMemory memory(Dims in) {
        LayerMemory memory = Runs::template memory<Device, Mode>(in);
        if (std::same_as<Mode, Training>)
            memory.backward_scratch =
                aligned(memory.backward_scratch) + MemoryExtent{0, Own::template scratch<Device>.end};
        return memory;
    }

    template <class Device, class Mode, class... End>
    static void forward(Device device, Mode mode, const Forward<Mode>& pass, const End&... end) {
        Runs::forward(device, mode, normalised<Device>(pass), end...);
    }

    template <class Device>
    static void backward(Device device, const Backward& pass) {
        with_gradients(device, pass, [&](const Backward& call) { Runs::backward(device, call); });
    }

    /// Of a layer that is no linear map: an `Embedding`.
    template <class Device>
    static void tangent(Device device, const Tangent& call) requires(!LinearMap<L> && HasTangent<L, Device>) {
        Tangent inner = call;
        inner.run = normalised<Device>(call.run);
        L::tangent(device, inner);
    }
    template <class Device>
    static void tangent_backward(Device device, const TangentBackward& call) {
        with_gradients(device, call.run, [&](const Backward& run) {
            TangentBackward inner = call;
            inner.run = run;
            L::tangent_backward(device, inner);
        });
    }

  protected:
    static constexpr long all_parameters = offset_in(L::parameters, static_cast<int>(L::parameters.size()));

    /// A function, because `Own` says its places after this base.
    template <class Device>
    static constexpr kernels::PackedForm<float> own_form() {
        return {Own::template places<Device>.end};
    }

    static constexpr int instead() { return static_cast<int>(Own::parameters.size() - L::parameters.size()) + 1; }

    /// The last part of `prepare`, when the weight is there.
    template <class Device, class Parameters>
    static void prepare_wrapped(Device device, Parameters* parameters, PackedMemory to) {
        float* const own = own_form<Device>().in(to);
        copy_others<L>(device, static_cast<const float*>(parameters) + parameter_offset<Own>(instead()),
                       own + parameter_offset<L>(1), false);
        constexpr auto forms = packed<Device>();
        L::prepare(device, static_cast<const float*>(own), L::template packed<Device>().in(to + forms.offset(1)));
    }

  private:
    /// Runs a backward with the normalised weight, and turns the gradient by that into those by the parameters.
    template <class Device, class Run>
    static void with_gradients(Device device, const Backward& pass, Run run) {
        Backward call = normalised<Device>(pass);
        const MemoryExtent own{0, Own::template scratch<Device>.end};  // braces in the call nvcc 13 does not compile
        call.scratch = pass.scratch.at(own);
        if (!pass.gradients) return run(call);
        float* const scratch = pass.scratch.fixed;
        call.gradients = scratch;
        call.accumulate = false;
        run(call);
        Own::weight_gradient(device, pass, scratch);
        copy_others<Runs>(device, static_cast<const float*>(scratch) + parameter_offset<L>(1),
                          pass.gradients + parameter_offset<Own>(instead()), pass.accumulate);
    }

    /// The call of `Runs`: its parameters are the normalised ones.
    template <class Device, class Pass>
    static Pass normalised(const Pass& pass) {
        constexpr auto forms = packed<Device>();
        Pass call = pass;
        call.parameters = own_form<Device>().in(pass.packed);
        call.packed = pass.packed + forms.offset(1);
        return call;
    }
};

}  // namespace genotype::inline v0_1::detail
