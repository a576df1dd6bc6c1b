// The tangent of waves of a time, and its backward, from one source for all devices. In double, as the waves are.
#pragma once

#include <cmath>

#include "genotype/shape/both.hpp"

namespace genotype::inline v0_1::kernels {
namespace detail {

/// The waves of a sinusoid, see its kernels.
struct Waves {
    long half;
    double step, scale;

    GENOTYPE_BOTH double frequency(long wave) const { return scale * std::exp(step * static_cast<double>(wave)); }
};

/// One pair of ty: the derivatives of a cosine and a sine, times tx.
struct SinusoidTangent {
    Waves waves;
    const float *x, *tx;
    float* ty;

    GENOTYPE_BOTH void operator()(long at) const {
        const long sample = at / waves.half, wave = at % waves.half;
        const double frequency = waves.frequency(wave), angle = static_cast<double>(x[sample]) * frequency;
        const double along = frequency * static_cast<double>(tx[sample]);
        float* const to = ty + sample * 2 * waves.half + wave;
        to[0] = static_cast<float>(-along * std::sin(angle));
        to[waves.half] = static_cast<float>(along * std::cos(angle));
    }
};

/// What ty's gradient adds to that by a time, and the gradient by its tangent.
struct SinusoidTangentGradient {
    Waves waves;
    const float *x, *tx, *dty;
    float *dx, *dtx;

    GENOTYPE_BOTH void operator()(long sample) const {
        const float* const gradients = dty + sample * 2 * waves.half;
        double by_x = 0, by_tx = 0;
        for (long wave = 0; wave < waves.half; ++wave) {
            const double frequency = waves.frequency(wave), angle = static_cast<double>(x[sample]) * frequency;
            const double cosine = std::cos(angle), sine = std::sin(angle);
            const double of_cosine = static_cast<double>(gradients[wave]);
            const double of_sine = static_cast<double>(gradients[waves.half + wave]);
            by_x -= frequency * frequency * (of_cosine * cosine + of_sine * sine);
            by_tx += frequency * (of_sine * cosine - of_cosine * sine);
        }
        if (dx) dx[sample] += static_cast<float>(static_cast<double>(tx[sample]) * by_x);
        if (dtx) dtx[sample] = static_cast<float>(by_tx);
    }
};

}  // namespace detail

/// ty (batch, width) along tx (batch); the rest as in `sinusoid`.
template <class Device>
void sinusoid_tangent(Device device, long batch, long width, double step, double scale, const float* x, const float* tx,
                      float* ty) {
    for_each_index(device, batch * (width / 2), detail::SinusoidTangent{{width / 2, step, scale}, x, tx, ty});
}

/// The backward of ty: added to dx, where y's is already, and written to dtx. Each may be null.
template <class Device>
void sinusoid_tangent_backward(Device device, long batch, long width, double step, double scale, const float* x,
                               const float* tx, const float* dty, float* dx, float* dtx) {
    for_each_index(device, batch, detail::SinusoidTangentGradient{{width / 2, step, scale}, x, tx, dty, dx, dtx});
}

}  // namespace genotype::inline v0_1::kernels
