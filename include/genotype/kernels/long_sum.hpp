// Sums of so many values that a GPU wants to add parts of them at the same time.
#pragma once

namespace genotype::inline v0_1::kernels {

/// Floats that `sum_with_parts` may use. A device over thrust has an overload; the others sum in one go.
template <class Device>
constexpr long sum_parts(Device) {
    return 0;
}

/// *result = the sum of f(x[i]...), as `sum` has it, in an order that n alone decides. `parts` has room for
/// sum_parts(device) floats, or for n, or is null; what is there is lost. It may overlap nothing that is read.
template <class Device, class F, class... In>
void sum_with_parts(Device device, float* /*parts*/, long n, F f, float* result, const In*... x) {
    sum(device, n, f, result, x...);
}

}  // namespace genotype::inline v0_1::kernels
