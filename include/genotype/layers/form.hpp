// The form in which a device computes a layer.
#pragma once

#include "genotype/layers/layer.hpp"

namespace genotype::inline v0_1 {

/// The name of the form that a leaf layer takes on a batch of so many, such as "direct"; empty where the device has no
/// choice. A layer that runs a convolution says which by its `geometry`.
template <Layer L, class Device>
constexpr const char* form_of_leaf(Dims in, Dims out, int batch) {
    if constexpr (requires { convolution_form(kernels::planned<Device>, L::geometry(in, out), batch); })
        return form_name(convolution_form(kernels::planned<Device>, L::geometry(in, out), batch), L::geometry(in, out));
    else
        return "";
}

}  // namespace genotype::inline v0_1
