// The same values under another shape.
#pragma once

#include "genotype/layers/layer.hpp"

namespace genotype::inline v0_1 {

/// Any shape -> (sizes...), with as many values and in PyTorch's order (channel, row, column): `Reshape<64, 7, 7>`
/// makes an image of a vector of 3136 values.
///
/// PyTorch: nn.Unflatten(1, (sizes...)) of a vector, x.view(-1, sizes...) of anything.
template <int... sizes>
requires(sizeof...(sizes) >= 1 && sizeof...(sizes) <= 4) struct Reshape : LayerBase {
    using linear_map = Reshape;
    static constexpr bool backward_reads_input = false;

    static constexpr Inferred output(Dims in) {
        constexpr Dims out{sizeof...(sizes), sizes...};
        for (const int size : {sizes...})
            if (size < 1) return {FaultKind::size, vector_dims(size), {}};
        if (in.complete() && in.count() != out.count()) return {FaultKind::value_count, in, out};
        return out;
    }

    template <class Device, class Mode>
    static void forward(Device device, Mode, const Forward<Mode>& pass) {
        move(device, pass.batch, pass.in, pass.out, pass.x, pass.y);
    }

    template <class Device>
    static void backward(Device device, const Backward& pass) {
        if (pass.dx) move(device, pass.batch, pass.out, pass.in, pass.dy, pass.dx);
    }

  private:
    template <class Device>
    static void move(Device device, int batch, Dims from, Dims to, const float* x, float* y) {
        reshape(device, batch, from.pixels(), channels(from), to.pixels(), channels(to), x, y);
    }
    /// Values of a pixel; images alone are channels-last.
    static int channels(Dims dims) { return static_cast<int>(dims.count() / dims.pixels()); }
};

}  // namespace genotype::inline v0_1
