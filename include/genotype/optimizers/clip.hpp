// Keeps gradients from being larger than a step can bear.
#pragma once

#include "genotype/kernels/functions.hpp"
#include "genotype/kernels/long_sum.hpp"
#include "genotype/kernels/math.hpp"

namespace genotype::inline v0_1 {

namespace detail {

struct Root {
    template <class V>
    constexpr V operator()(V x) const {
        return sqrt(x);
    }
};

/// The norm is read where it lies, so that it need not leave the device between the two passes.
struct Shorten {
    const float* norm;
    float longest;

    template <class V>
    constexpr void operator()(V& gradient) const {
        gradient = gradient * V(min(longest / (*norm + 1e-6f), 1.f));
    }
};

}  // namespace detail

/// Scales n gradients down to a Euclidean norm of `longest` where it is larger, and writes the norm that they had.
/// `norm` has room for 1 + sum_parts(device) floats, and the norm is the first.
/// PyTorch: nn.utils.clip_grad_norm_(parameters, longest).
/// Source: Pascanu, Mikolov, Bengio, "On the difficulty of training recurrent neural networks" (ICML 2013).
template <class Device>
void clip_gradient_norm(Device device, long n, float* gradients, float longest, float* norm) {
    sum_with_parts(device, norm + 1, n, kernels::Square{}, norm, static_cast<const float*>(gradients));
    map(device, 1, detail::Root{}, norm, static_cast<const float*>(norm));
    update(device, n, detail::Shorten{norm, longest}, gradients);
}

}  // namespace genotype::inline v0_1
