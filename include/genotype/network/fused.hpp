// Neighbours in a chain that run as one layer, found by their types.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <utility>

#include "genotype/kernels/epilogue.hpp"
#include "genotype/kernels/norm_modulation.hpp"
#include "genotype/layers/layer.hpp"
#include "genotype/network/pack.hpp"
#include "genotype/network/run.hpp"

namespace genotype::inline v0_1 {

/// A layer whose forward and backward take an activation as a further argument, and apply it in the same pass over
/// memory: its `function_of_input()` is given.
template <class L>
concept AppliesActivation = Layer<L> && L::applies_activation;

template <class L>
concept ElementwiseActivation = Layer<L> && requires {
    L::function_of_input();
};

/// A norm whose forward and backward take, behind the activation, a modulation of what they normalise:
/// `kernels::NormModulation`.
template <class L>
concept AppliesModulation = AppliesActivation<L> && L::applies_modulation;

/// A layer that makes scales and shifts, and may have them applied for it: `Modulate`.
template <class L>
concept Modulation = AppliesActivation<L> && L::is_modulation;

/// A layer whose forward is one product, and takes a `Epilogue` as a further argument.
template <class L>
concept ProductLayer = Layer<L> && L::is_product;

/// A layer whose backward adds the gradient by the other side of a residual to its dx, on a device that
/// `joins_gradients`.
template <class L>
concept JoinsGradient = Layer<L> && L::joins_gradient;

/// Whether L's forward adds `added` to what comes out.
template <class L, class Device>
inline constexpr bool adds_to_output = ProductLayer<L>&& kernels::has_epilogues<Device>;

/// Whether L's backward adds `added` to its dx.
template <class L, class Device>
inline constexpr bool adds_to_gradient = JoinsGradient<L>&& Device::joins_gradients;

/// Neighbours in one pass over memory. What lies between them is never written there.
template <Layer... L>
struct Fused;

/// A layer and the activation behind it.
template <AppliesActivation L, ElementwiseActivation A>
struct Fused<L, A> : L {
    static constexpr Inferred output(Dims in) { return infer<L>(in); }

    template <class Device, class Mode>
    static void forward(Device device, Mode mode, const Forward<Mode>& pass) {
        L::forward(device, mode, pass, A::function_of_input());
    }
    template <class Device>
    static void backward(Device device, const Backward& pass) {
        L::backward(device, pass, A::function_of_input());
    }
    /// For norms of single samples, see layers/modulate.hpp.
    template <class Device>
    static void scale_gradients(Device device, const Backward& pass, float* to) {
        L::scale_gradients(device, pass, to, A::function_of_input());
    }
};

/// A norm, the modulation behind it, and the activation behind that where there is one, on a device that
/// `modulates_norms`.
template <AppliesModulation L, Modulation M, ElementwiseActivation... A>
requires(sizeof...(A) <= 1) struct Fused<L, M, A...> : LayerBase {
    using reads = typename M::reads;
    static constexpr bool joins_gradient = JoinsGradient<L>;
    static constexpr auto parameters = [] {
        std::array<Parameter, L::parameters.size() + M::parameters.size()> both{};
        std::size_t next = 0;
        for (const Parameter& parameter : L::parameters) both[next++] = parameter;
        for (const Parameter& parameter : M::parameters) both[next++] = parameter;
        return both;
    }();

    static constexpr Inferred output(Dims in) { return infer<L>(in); }

    template <class Device>
    static constexpr auto packed() {
        static_assert(L::template packed<Device>().bytes() == 0, "a norm has no packed weights");
        return M::template packed<Device>();
    }

    /// The norm's, then its weights and biases with the modulation in them, then the modulation's.
    template <class Device, class Mode>
    static constexpr LayerMemory memory(Dims in) {
        const LayerMemory front = of_norm<Device, Mode>(in), behind = M::template memory<Device, Mode>(in);
        return {front.saved + behind.saved, front.forward_scratch + affine + behind.forward_scratch,
                front.backward_scratch + affine + behind.backward_scratch};
    }

    template <class Device, class Mode>
    static void forward(Device device, Mode mode, const Forward<Mode>& pass) {
        const LayerMemory front = of_norm<Device, Mode>(pass.in);
        const LayerSlice behind = of_modulation(front.saved, front.forward_scratch);
        const float* const scales = M::make_scales(device, pass.child(behind, pass.in, pass.out, pass.x, pass.y));
        L::forward(device, mode, pass, activation(),
                   kernels::NormModulation{scales, pass.scratch.at(front.forward_scratch).per_sample, nullptr});
    }

    template <class Device>
    static void backward(Device device, const Backward& pass) {
        const LayerMemory front = of_norm<Device, Training>(pass.in);
        const LayerSlice behind = of_modulation(front.saved, front.backward_scratch);
        const Backward call = pass.child(behind, pass.in, pass.out, {pass.x, pass.y, pass.dy, pass.dx});
        L::backward(device, pass, activation(),
                    kernels::NormModulation{M::scales(call), pass.scratch.at(front.backward_scratch).per_sample,
                                            M::moment_gradients(call)});
        M::send_scales_back(device, call);
    }

  private:
    static constexpr MemoryExtent affine{aligned(M::moments), 0};

    static constexpr auto activation() {
        if constexpr (sizeof...(A) == 0)
            return kernels::NoActivation{};
        else
            return (A::function_of_input(), ...);
    }
    template <class Device, class Mode>
    static constexpr LayerMemory of_norm(Dims in) {
        const LayerMemory own = L::template memory<Device, Mode>(in);
        return {aligned(own.saved), aligned(own.forward_scratch), aligned(own.backward_scratch)};
    }
    static constexpr LayerSlice of_modulation(MemoryExtent saved, MemoryExtent scratch) {
        return {.parameters = parameter_offset<L>(static_cast<int>(L::parameters.size())),
                .saved = saved,
                .scratch = scratch + affine};
    }
};

/// A product and the activation behind it, on a device whose products apply it. The product's own values are written
/// only where the activation's derivative is a function of them.
template <ProductLayer L, ElementwiseActivation A>
struct FusedProduct : L {
    static constexpr bool backward_reads_output = A::backward_reads_output;

    static constexpr Inferred output(Dims in) { return infer<L>(in); }

    /// Also what the activation reads in backward, and the gradient between the two.
    template <class Device, class Mode>
    static constexpr LayerMemory memory(Dims in) {
        LayerMemory memory = L::template memory<Device, Mode>(in);
        if constexpr (std::same_as<Mode, Training>) {
            const MemoryExtent between{aligned(output_dims<L>(in).count()), 0};
            if (A::backward_reads_input) memory.saved = between + memory.saved;
            memory.backward_scratch = between + memory.backward_scratch;
        }
        return memory;
    }

    template <class Device, class Mode>
    static void forward(Device device, Mode mode, const Forward<Mode>& pass) {
        constexpr bool keeps = std::same_as<Mode, Training> && A::backward_reads_input;
        const auto function = A::function_of_input();
        L::forward(device, mode, pass, kernels::Epilogue{function, keeps ? pass.saved.per_sample : nullptr, nullptr});
    }
    template <class Device>
    static void backward(Device device, const Backward& pass) {
        float* const between = pass.scratch.per_sample;
        const LayerSlice behind{.scratch = {aligned(pass.out.count()), 0}};
        const float* const input = A::backward_reads_input ? pass.saved.per_sample : pass.x;
        A::backward(device, pass.child({}, pass.out, pass.out, {input, pass.y, pass.dy, between}));
        L::backward(device, pass.child(behind, pass.in, pass.out, {pass.x, pass.y, between, pass.dx}));
    }
};

namespace detail {

template <std::size_t count>
struct FusedSteps {
    std::size_t steps = 0;
    std::array<int, count> first{};   // of each step, its first layer
    std::array<int, count> length{};  // and how many layers are in it
};

template <class L, class Device>
inline constexpr bool applies_activation = AppliesActivation<L> || (ProductLayer<L> && kernels::has_epilogues<Device>);

template <class Device, class... L>
constexpr auto fused_steps() {
    constexpr std::size_t count = sizeof...(L);
    // Longer than the chain, so that each has neighbours.
    constexpr std::array<bool, count + 2> applies{applies_activation<L, Device>...},
        activates{ElementwiseActivation<L>...}, norms{(AppliesModulation<L> && Device::modulates_norms)...},
        modulates{Modulation<L>...};
    FusedSteps<count> found;
    for (std::size_t layer = 0; layer < count; layer += static_cast<std::size_t>(found.length[found.steps++])) {
        const bool modulated = norms[layer] && modulates[layer + 1];
        const bool activated = activates[layer + (modulated ? 2 : 1)] && (modulated || applies[layer]);
        found.first[found.steps] = static_cast<int>(layer);
        found.length[found.steps] = 1 + (modulated ? 1 : 0) + (activated ? 1 : 0);
    }
    return found;
}

template <int first, int length, class... L>
struct FusedStep {
    using type = nth<first, L...>;
};
template <class L, class A>
struct FusedPair {
    using type = FusedProduct<L, A>;
};
template <AppliesActivation L, class A>
struct FusedPair<L, A> {
    using type = Fused<L, A>;
};
template <int first, class... L>
struct FusedStep<first, 2, L...> : FusedPair<nth<first, L...>, nth<first + 1, L...>> {};
template <int first, class... L>
struct FusedStep<first, 3, L...> {
    using type = Fused<nth<first, L...>, nth<first + 1, L...>, nth<first + 2, L...>>;
};

/// The layers that a chain runs, some of them two in one.
template <class... L>
struct Steps {
    static constexpr std::size_t size = sizeof...(L);
};

template <class Device, class... L>
inline constexpr auto fusion = fused_steps<Device, L...>();

template <class Device, class... L, std::size_t... I>
auto fuse(Steps<L...>, std::index_sequence<I...>)
    -> Steps<typename FusedStep<fusion<Device, L...>.first[I], fusion<Device, L...>.length[I], L...>::type...>;

template <class Device, class... L>
using FusedChain = decltype(fuse<Device>(Steps<L...>{}, std::make_index_sequence<fusion<Device, L...>.steps>{}));

template <class Device, class... Step>
constexpr bool last_adds(Steps<Step...>) {
    return adds_to_output<nth<static_cast<int>(sizeof...(Step)) - 1, Step...>, Device>;
}
template <class Device, class... Step>
constexpr bool first_adds(Steps<Step...>) {
    return adds_to_gradient<nth<0, Step...>, Device>;
}

}  // namespace detail
}  // namespace genotype::inline v0_1
