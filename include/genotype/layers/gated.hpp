// A gate: one half of the values says how much of the other half passes.
#pragma once

#include "genotype/layers/activation.hpp"

namespace genotype::inline v0_1 {

namespace detail {

template <class Function>
struct GateForward {
    Function function;

    template <class V>
    constexpr V operator()(V gate, V value) const {
        return function.value(gate) * value;
    }
};

template <class Function>
struct GateBackward {
    Function function;

    template <class V>
    constexpr void operator()(const V& gate, const V& value, const V& dy, V& dgate, V& dvalue) const {
        dgate = dy * value * function.derivative(gate);
        dvalue = dy * function.value(gate);
    }
};

}  // namespace detail

/// (2h) to (h): the activation of the first half times the second half. `Gated<SiLU>` after one `Linear<width, 2 * h,
/// NoBias>` is SwiGLU, `act_fn(gate_proj(x)) * up_proj(x)` of a LlamaMLP, whose two weights lie one after the other.
/// Any elementwise activation will do.
/// Source: Shazeer, "GLU variants improve transformer", 2020, arXiv:2002.05202.
template <class Gate>
struct Gated : LayerBase {
    static constexpr Dims input = vector_dims(any_dim);

    static constexpr Inferred output(Dims in) {
        if (in.first == any_dim) return vector_dims(any_dim);
        if (in.first % 2 != 0) return {FaultKind::halves, in, {}};
        return vector_dims(in.first / 2);
    }

    template <class Device, class Mode>
    static void forward(Device device, Mode, const Forward<Mode>& pass) {
        using Function = decltype(Gate::function_of_input());
        map_halves(device, pass.batch, pass.out.first, detail::GateForward<Function>{Gate::function_of_input()}, pass.x,
                   pass.y);
    }

    template <class Device>
    static void backward(Device device, const Backward& pass) {
        using Function = decltype(Gate::function_of_input());
        if (!pass.dx) return;
        map_halves_backward(device, pass.batch, pass.out.first,
                            detail::GateBackward<Function>{Gate::function_of_input()}, pass.x, pass.dy, pass.dx);
    }

    template <class Device>
    static void tangent(Device device, const Tangent& call) requires requires {
        Gate::function_of_input().second_derivative(1.f);
    }
    {
        gate_tangent(device, call.run.batch, call.run.out.first, Gate::function_of_input(), call.run.x, call.tx,
                     call.ty);
    }
    template <class Device>
    static void tangent_backward(Device device, const TangentBackward& call) {
        const Backward& run = call.run;
        gate_tangent_backward(device, run.batch, run.out.first, Gate::function_of_input(), run.x, call.tx, run.dy,
                              call.dty, run.dx, call.dtx);
    }
};

}  // namespace genotype::inline v0_1
