// Runs any layer for one input shape. A leaf layer takes its dimensions as numbers, so it is compiled once for all its
// shapes; a combinator takes them as a template argument, so its memory plan is a constant.
#pragma once

#include "genotype/layers/layer.hpp"

namespace genotype::inline v0_1 {

/// Output dimensions of a layer whose input is known to be right.
template <Layer L>
constexpr Dims output_dims(Dims in) {
    return infer<L>(in).dims;
}

template <Layer L, class Device, class Mode>
constexpr LayerMemory memory_of(Dims in) {
    // A device may do work of its own beside a leaf's backward, see network/sample_norms.hpp.
    if constexpr (requires { Device::template memory_beside<L, Mode>(in); })
        return Device::template memory_beside<L, Mode>(in);
    else
        return L::template memory<Device, Mode>(in);
}

/// The dimensions that a layer's run is compiled for: a leaf's only run is for any.
template <Layer L>
constexpr Dims template_dims(Dims in) {
    return Combinator<L> ? in : unknown_dims;
}

enum class RunDirection { forward, backward };

/// A device that wants to see each leaf's runs: what its `watch` returns lives as long as the run. Any other device
/// pays nothing. See training/profile.hpp.
template <class Device, class L>
concept Watches = requires(const Device& device, Dims in) {
    device.template watch<L>(RunDirection::forward, in);
};

template <Layer L, Dims In, class Device, class Mode>
void run_forward(Device device, Mode mode, const Forward<Mode>& pass) {
    if constexpr (Combinator<L>) {
        L::template forward<In>(device, mode, pass);
    } else if constexpr (Watches<Device, L>) {
        [[maybe_unused]] const auto watch = device.template watch<L>(RunDirection::forward, pass.in);
        L::forward(device, mode, pass);
    } else {
        L::forward(device, mode, pass);
    }
}

template <Layer L, Dims In, class Device>
void run_backward(Device device, const Backward& pass) {
    if constexpr (Combinator<L>) {
        L::template backward<In>(device, pass);
    } else {
        if constexpr (requires { device.template before_backward<L>(pass); }) device.template before_backward<L>(pass);
        if constexpr (Watches<Device, L>) {
            [[maybe_unused]] const auto watch = device.template watch<L>(RunDirection::backward, pass.in);
            L::backward(device, pass);
        } else {
            L::backward(device, pass);
        }
    }
}

}  // namespace genotype::inline v0_1
