// Save: a name for what goes by.
#pragma once

#include "genotype/kernels/functions.hpp"
#include "genotype/layers/layer.hpp"

namespace genotype::inline v0_1 {

/// Any shape to the same: binds `N` to it for the layers behind in this chain. It costs no copy; the gradients of those
/// that read it are added to its own.
///
///     Sequential<Conv<1, 64, 3, 1, 1>, Save<skip>, MaxPool<2>, ..., Upsample<2>, Concat<skip, 64>, ...>
///
/// PyTorch: a variable, `skip = x`.
template <class N>
struct Save : LayerBase {
    using binds = N;
    using linear_map = Save;
    static constexpr bool computes = false, in_place = true;

    static constexpr Inferred output(Dims in) { return in; }
    static constexpr Dims value(Dims in) { return in; }

    template <class Device, class Mode>
    static void forward(Device, Mode, const Forward<Mode>&) {}  // the plan has `y` where `x` is

    template <class Device>
    static void backward(Device device, const Backward& pass) {
        if (pass.dx)
            map(device, pass.batch * pass.in.count(), kernels::Add{}, pass.dx, pass.dy,
                static_cast<const float*>(value_of<N>(pass).gradient));
    }
};

}  // namespace genotype::inline v0_1
