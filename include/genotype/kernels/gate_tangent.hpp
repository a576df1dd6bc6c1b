// The tangent of a gate, and its backward, from one source for all devices.
#pragma once

#include "genotype/shape/both.hpp"

namespace genotype::inline v0_1::kernels {
namespace detail {

/// One value of ty = g'(gate) value tgate + g(gate) tvalue.
template <class Function>
struct GateTangent {
    long half;
    Function function;
    const float *x, *tx;
    float* ty;

    GENOTYPE_BOTH void operator()(long at) const {
        const long gate = at / half * 2 * half + at % half, value = gate + half;
        ty[at] = function.derivative(x[gate]) * x[value] * tx[gate] + function.value(x[gate]) * tx[value];
    }
};

/// The gradients by one pair of x and of tx.
template <class Function>
struct GateTangentGradient {
    long half;
    Function function;
    const float *x, *tx, *dy, *dty;
    float *dx, *dtx;

    GENOTYPE_BOTH void operator()(long at) const {
        const long gate = at / half * 2 * half + at % half, value = gate + half;
        const float open = function.value(x[gate]), derivative = function.derivative(x[gate]);
        if (dx) {
            const float bend = function.second_derivative(x[gate]);
            dx[gate] = dy[at] * x[value] * derivative + dty[at] * (bend * x[value] * tx[gate] + derivative * tx[value]);
            dx[value] = dy[at] * open + dty[at] * derivative * tx[gate];
        }
        if (dtx) {
            dtx[gate] = dty[at] * derivative * x[value];
            dtx[value] = dty[at] * open;
        }
    }
};

}  // namespace detail

/// ty (rows, half) along tx (rows, 2 * half), of g(first half) * second half.
template <class Device, class Function>
void gate_tangent(Device device, long rows, long half, Function function, const float* x, const float* tx, float* ty) {
    for_each_index(device, rows * half, detail::GateTangent<Function>{half, function, x, tx, ty});
}

/// The backward of y and ty. dx and dtx may be null.
template <class Device, class Function>
void gate_tangent_backward(Device device, long rows, long half, Function function, const float* x, const float* tx,
                           const float* dy, const float* dty, float* dx, float* dtx) {
    for_each_index(device, rows * half, detail::GateTangentGradient<Function>{half, function, x, tx, dy, dty, dx, dtx});
}

}  // namespace genotype::inline v0_1::kernels
