// A device whose convolutions take the direct form alone.
#pragma once

#include "genotype/kernels/conv_geometry.hpp"

namespace genotype {

/// Another device that computes every convolution in the direct form, which multiplies what the definition multiplies:
/// never Winograd's, whose error is larger and which needs scratch. All else is as on `Device`. For telling what the
/// fast form does to a training, and for results that come as near to the definition as float32 does.
///
///     Trainer<Dcgan, Exact<Cpu>> trainer({.batch = 64});
template <class Device>
struct Exact : Device {};

namespace detail {

constexpr ConvGeometry exactly(ConvGeometry g) {
    g.exact = true;
    return g;
}

}  // namespace detail

// The kernels that are given a geometry. What follows it is the device's business.
template <class Device>
constexpr auto convolution_form(Exact<Device>, const ConvGeometry& g, int batch)
    -> decltype(convolution_form(Device{}, g, batch)) {
    return convolution_form(Device{}, detail::exactly(g), batch);
}
template <class Device>
constexpr auto convolution_scratch(Exact<Device>, const ConvGeometry& g) {
    return convolution_scratch(Device{}, detail::exactly(g));
}
template <class Device>
constexpr long packed_floats(Exact<Device>, const ConvGeometry& g) {
    return packed_floats(Device{}, detail::exactly(g));
}
// By value, so that no overload for all arguments of a device within (`Profiled`) is as good a match.
template <class Device>
void pack(Exact<Device>, ConvGeometry g, const float* plain, float* packed) {
    pack(Device{}, detail::exactly(g), plain, packed);
}
template <class Device, class... Rest>
void convolve(Exact<Device>, ConvGeometry g, int batch, const float* large, ConvWeights weights, Rest... rest) {
    convolve(Device{}, detail::exactly(g), batch, large, weights, rest...);
}
template <class Device, class... Rest>
void convolve_transposed(Exact<Device>, ConvGeometry g, int batch, const float* small, ConvWeights weights,
                         Rest... rest) {
    convolve_transposed(Device{}, detail::exactly(g), batch, small, weights, rest...);
}
template <class Device, class... Rest>
void convolve_weight_gradient(Exact<Device>, ConvGeometry g, Rest... rest) {
    convolve_weight_gradient(Device{}, detail::exactly(g), rest...);
}

}  // namespace genotype
