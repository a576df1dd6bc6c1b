// A device whose convolutions take the direct form alone.
#pragma once

#include "genotype/kernels/conv_geometry.hpp"

namespace genotype::inline v0_1 {

/// Another device that computes every convolution in the direct form, which multiplies what the definition multiplies:
/// never Winograd's, whose error is larger and which needs scratch. All else is as on `Device`. For telling what the
/// fast form does to a training, and for results that come as near to the definition as float32 does.
///
///     Trainer<Dcgan, DirectConvolution<Cpu>> trainer({.batch = 64});
template <class Device>
struct DirectConvolution : Device {};

template <class Device>
using Exact [[deprecated("take DirectConvolution")]] = DirectConvolution<Device>;

}  // namespace genotype::inline v0_1

namespace genotype::inline v0_1::kernels {

namespace detail {

template <class Geometry>
constexpr Geometry exactly(Geometry g) {
    if constexpr (requires { g.exact; }) g.exact = true;  // others have the direct form alone
    return g;
}

}  // namespace detail

// The kernels that a geometry tells which form to take.
template <class Device>
constexpr auto convolution_form(DirectConvolution<Device>, const ConvGeometry& g, int batch)
    -> decltype(convolution_form(Device{}, g, batch)) {
    return convolution_form(Device{}, detail::exactly(g), batch);
}
template <class Device>
constexpr auto convolution_scratch(DirectConvolution<Device>, const ConvGeometry& g) {
    return convolution_scratch(Device{}, detail::exactly(g));
}
template <class Device, class Geometry, class... Rest>
void convolve(const DirectConvolution<Device>& device, const Geometry& g, int batch, const float* large,
              ConvWeights weights, Rest... rest) {
    convolve(static_cast<const Device&>(device), detail::exactly(g), batch, large, weights, rest...);
}
template <class Device, class Geometry, class... Rest>
void convolve_transposed(const DirectConvolution<Device>& device, const Geometry& g, int batch, const float* small,
                         ConvWeights weights, Rest... rest) {
    convolve_transposed(static_cast<const Device&>(device), detail::exactly(g), batch, small, weights, rest...);
}
template <class Device, class Geometry, class... Rest>
void convolve_weight_gradient(const DirectConvolution<Device>& device, const Geometry& g, Rest... rest) {
    convolve_weight_gradient(static_cast<const Device&>(device), detail::exactly(g), rest...);
}

}  // namespace genotype::inline v0_1::kernels
