// A device by its type alone.
#pragma once

namespace genotype::inline v0_1::kernels {

/// A device that is asked, while compiling, what follows from its type: how many floats a form of weights has, how much
/// scratch a kernel needs. Nothing runs on it: what runs is on the device that its caller was given.
template <class Device>
inline constexpr Device planned{};

}  // namespace genotype::inline v0_1::kernels
