// What makes a function of one value a layer.
#pragma once

#include "genotype/kernels/math.hpp"
#include "genotype/layers/layer.hpp"

namespace genotype::inline v0_1 {

/// What an activation's `derivative` is a function of. From the output is cheaper: the input need not be saved.
enum class DerivativeOf { input, output };
using SlopeOf [[deprecated("take DerivativeOf")]] = DerivativeOf;

namespace detail {

/// f', which an activation of before version 0.2 calls `slope`.
template <class Function, class V>
constexpr V derivative_of(const Function& function, V at) {
    if constexpr (requires { function.derivative(at); })
        return function.derivative(at);
    else
        return function.slope(at);
}

template <class Function>
struct ActivationForward {
    Function function;

    template <class V>
    constexpr V operator()(V x) const {
        return function.value(x);
    }
};

template <class Function>
struct ActivationBackward {
    Function function;

    template <class V>
    constexpr V operator()(V at, V dy) const {
        return dy * derivative_of(function, at);
    }
};

/// ty = f'(x) tx; and its backward: dx = f'(x) dy + f''(x) tx dty, where f'' is a function of what f' is one of.
template <class Function>
struct ActivationTangentBackward {
    Function function;

    template <class V>
    constexpr V operator()(V at, V tx, V dy, V dty) const {
        return dy * derivative_of(function, at) + dty * tx * function.second_derivative(at);
    }
};

/// The same activation with its derivative as a function of its input, for a kernel that has just made that.
template <class Function, DerivativeOf From>
struct ActivationOfInput {
    Function function;

    template <class V>
    constexpr V value(V x) const {
        return function.value(x);
    }
    template <class V>
    constexpr V derivative(V x) const {
        if constexpr (From == DerivativeOf::input)
            return derivative_of(function, x);
        else
            return derivative_of(function, function.value(x));
    }
    template <class V>
    constexpr V second_derivative(V x) const requires requires {
        function.second_derivative(x);
    }
    {
        if constexpr (From == DerivativeOf::input)
            return function.second_derivative(x);
        else
            return function.second_derivative(function.value(x));
    }
};

}  // namespace detail

/// An elementwise layer out of two functions, for samples of any shape:
///
///     struct Swish : Activation<Swish> {
///         template <class V>
///         static constexpr V value(V x) { return x * sigmoid(x); }
///         template <class V>
///         static constexpr V derivative(V x) { const V s = sigmoid(x); return s + x * s * (V(1.f) - s); }
///     };
///
/// V is a float or a vector of floats, see kernels/math.hpp. An activation with arguments hides `function` by one that
/// returns an object whose `value` and `derivative` are members. With a function `second_derivative` beside
/// `derivative`, of the input or the output as that is, the layer has tangents.
template <class Self, DerivativeOf From = DerivativeOf::input>
struct Activation : LayerBase {
    static constexpr bool backward_reads_input = From == DerivativeOf::input;
    static constexpr bool backward_reads_output = From == DerivativeOf::output;
    static constexpr bool in_place = From == DerivativeOf::output;
    static constexpr bool is_homogeneous = false;  // f(x) = f'(x) x, and f' is found from the output: lines through 0

    static constexpr Self function() { return {}; }
    static constexpr auto function_of_input() {
        return detail::ActivationOfInput<decltype(Self::function()), From>{Self::function()};
    }
    static constexpr Inferred output(Dims in) { return in; }

    template <class Device, class Mode>
    static void forward(Device device, Mode, const Forward<Mode>& call) {
        using Function = decltype(Self::function());
        map(device, call.batch * call.in.count(), detail::ActivationForward<Function>{Self::function()}, call.y,
            call.x);
    }

    template <class Device>
    static void backward(Device device, const Backward& call) {
        using Function = decltype(Self::function());
        if (!call.dx) return;
        map(device, call.batch * call.in.count(), detail::ActivationBackward<Function>{Self::function()}, call.dx,
            From == DerivativeOf::input ? call.x : call.y, call.dy);
    }

    template <class Device>
    static void tangent(Device device, const Tangent& call) requires requires {
        Self::function().second_derivative(1.f);
    }
    {
        using Function = decltype(Self::function());
        map(device, call.run.batch * call.run.in.count(), detail::ActivationBackward<Function>{Self::function()},
            call.ty, From == DerivativeOf::input ? call.run.x : call.run.y, call.tx);
    }

    template <class Device>
    static void tangent_backward(Device device, const TangentBackward& call) {
        using Function = decltype(Self::function());
        const float* const at = From == DerivativeOf::input ? call.run.x : call.run.y;
        const long values = call.run.batch * call.run.in.count();
        if (call.run.dx)
            map(device, values, detail::ActivationTangentBackward<Function>{Self::function()}, call.run.dx, at, call.tx,
                call.run.dy, call.dty);
        if (call.dtx)
            map(device, values, detail::ActivationBackward<Function>{Self::function()}, call.dtx, at, call.dty);
    }
};

}  // namespace genotype::inline v0_1
