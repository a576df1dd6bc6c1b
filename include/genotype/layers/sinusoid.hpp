// A time as waves of many lengths.
#pragma once

#include <cmath>

#include "genotype/layers/layer.hpp"

namespace genotype::inline v0_1 {

/// (1) -> (width), width even: a time, or another number that many layers are to read, as width / 2 cosines and then as
/// many sines of t * scale * max_period^(-i / (width / 2)), i from 0. `scale` is for times that do not count in steps:
/// `Sinusoid<128, 1000.f>` where time runs from 0 to 1. The first waves are the shortest, 2 pi / scale long, the last
/// nearly max_period times that. Computed in double.
///
/// The cosines first and i / (width / 2) are what most trained models use (diffusers' UNet2DModel, Stable Diffusion,
/// guided-diffusion, DiT). The program of the DDPM paper has the sines first and i / (width / 2 - 1).
///
/// PyTorch: no module; diffusers: Timesteps(width, flip_sin_to_cos=True, downscale_freq_shift=0, scale=scale).
/// Source: Vaswani et al., "Attention is all you need", 2017, arXiv:1706.03762, section 3.5; for the step of a
/// diffusion Ho, Jain and Abbeel, "Denoising diffusion probabilistic models", 2020, arXiv:2006.11239, appendix B.
template <int width, float scale = 1.f, float max_period = 10000.f>
requires(scale > 0 && max_period > 1) struct Sinusoid : LayerBase {
    static constexpr bool exceeds_0_to_1 = true;
    static constexpr Dims input = vector_dims(1);

    static constexpr Inferred output(Dims) {
        if (width < 1) return {FaultKind::size, vector_dims(width), {}};
        if (width % 2 != 0) return {FaultKind::halves, vector_dims(width), {}};
        return vector_dims(width);
    }

    template <class Device, class Mode>
    static void forward(Device device, Mode, const Forward<Mode>& pass) {
        sinusoid(device, pass.batch, width, step(), static_cast<double>(scale), pass.x, pass.y);
    }

    template <class Device>
    static void backward(Device device, const Backward& pass) {
        if (pass.dx)
            sinusoid_backward(device, pass.batch, width, step(), static_cast<double>(scale), pass.x, pass.dy, pass.dx);
    }

    template <class Device>
    static void tangent(Device device, const Tangent& call) {
        sinusoid_tangent(device, call.run.batch, width, step(), static_cast<double>(scale), call.run.x, call.tx,
                         call.ty);
    }
    template <class Device>
    static void tangent_backward(Device device, const TangentBackward& call) {
        const Backward& run = call.run;
        backward(device, run);
        sinusoid_tangent_backward(device, run.batch, width, step(), static_cast<double>(scale), run.x, call.tx,
                                  call.dty, run.dx, call.dtx);
    }

  private:
    /// From the logarithm of a frequency to the next.
    static double step() { return -std::log(static_cast<double>(max_period)) / (width / 2); }
};

}  // namespace genotype::inline v0_1
