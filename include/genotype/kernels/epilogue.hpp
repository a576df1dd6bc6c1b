// What the kernel of a product does to each value before it writes it.
#pragma once

#include "genotype/kernels/functions.hpp"

namespace genotype::inline v0_1::kernels {

/// Whether a device's products (`matmul`, `convolve` and their transposes) take an `Epilogue` as a last argument.
template <class Device>
inline constexpr bool has_epilogues = false;

/// The activations that libraries of products know by their names.
enum class KnownFunction { none, relu, gelu_tanh, other };
template <class Function>
inline constexpr KnownFunction known_function = KnownFunction::other;
template <>
inline constexpr KnownFunction known_function<NoActivation> = KnownFunction::none;

/// An activation, and an addition, in the pass that makes a product's values.
template <class Function = NoActivation>
struct Epilogue {
    Function function{};      // with `value`
    float* before = nullptr;  // where the values go as they were before the activation; null where they are not read
    const float* added = nullptr;  // as many values, added behind the activation; null for none

    /// What is written at `at`.
    constexpr float operator()(long at, float value) const {
        if (before) before[at] = value;
        const float activated = function.value(value);
        return added ? activated + added[at] : activated;
    }
};

/// Calls run(end), with `added` in it, where the device's products take one, and run() elsewhere.
template <class Device, class Function, class Run>
void apply_epilogue(Device, const float* added, Epilogue<Function> end, const Run& run) {
    if constexpr (has_epilogues<Device>) {
        end.added = added;
        run(end);
    } else {
        run();
    }
}

}  // namespace genotype::inline v0_1::kernels
