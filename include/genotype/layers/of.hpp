// Of: a named value in place of what comes in.
#pragma once

#include "genotype/kernels/functions.hpp"
#include "genotype/layers/layer.hpp"

namespace genotype::inline v0_1 {

/// Any shape to `S`: the value of `N`, whatever comes in. It begins the chain of a `Let`: `Let<condition, Of<time>,
/// Linear<1, 64>, SiLU>`. `S` is to be given for a name that is not `Given`.
///
/// PyTorch: a forward that begins with another argument.
template <class N, class S = typename N::shape>
struct Of : LayerBase {
    using reads = Names<N>;
    using linear_map = Of;
    static constexpr bool backward_reads_input = false;
    static constexpr bool ignores_input = true;  // nothing goes back to what came in

    static constexpr Inferred output(Dims) { return S::dims; }
    static constexpr Dims wanted_value(Dims) { return S::dims; }

    template <class Device, class Mode>
    static void forward(Device device, Mode, const Forward<Mode>& pass) {
        map(device, pass.batch * S::count, kernels::Identity{}, pass.y, value_of<N>(pass).data);
    }

    template <class Device>
    static void backward(Device device, const Backward& pass) {
        if (pass.dx) Device::clear(pass.dx, pass.batch * pass.in.count());
        if (float* const gradient = value_of<N>(pass).gradient)
            update(device, pass.batch * S::count, kernels::AddTo{}, pass.dy, gradient);
    }
};

}  // namespace genotype::inline v0_1
