// Sampling from a VAE's latent distribution and its divergence from N(0, 1), as plain loops.
// Moments lie per sample as [mean of every latent | log variance of every latent].
#pragma once

#include <cmath>

#include "genotype/kernels/device.hpp"

namespace genotype::inline v0_1::kernels {

/// z (batch, latents) = mean + noise * exp(log variance / 2).
/// Source: Kingma and Welling, "Auto-encoding variational Bayes" (ICLR 2014).
template <class = void>
inline void reparameterize(Reference, int batch, int latents, const float* moments, const float* noise, float* z) {
    for (long sample = 0; sample < batch; ++sample)
        for (long i = 0; i < latents; ++i) {
            const float mean = moments[sample * 2 * latents + i];
            const float log_variance = moments[sample * 2 * latents + latents + i];
            z[sample * latents + i] = mean + noise[sample * latents + i] * std::exp(0.5f * log_variance);
        }
}

/// dmoments (batch, 2 * latents), written over, from dz.
template <class = void>
inline void reparameterize_backward(Reference, int batch, int latents, const float* moments, const float* noise,
                                    const float* dz, float* dmoments) {
    for (long sample = 0; sample < batch; ++sample)
        for (long i = 0; i < latents; ++i) {
            const long mean = sample * 2 * latents + i;
            const long log_variance = mean + latents;
            const float derivative = dz[sample * latents + i];
            dmoments[mean] = derivative;
            dmoments[log_variance] =
                derivative * noise[sample * latents + i] * 0.5f * std::exp(0.5f * moments[log_variance]);
        }
}

/// value = scale * the sum of the divergences of all latents of all samples from N(0, 1); dmoments is added to or
/// written over. Either may be null.
template <class = void>
inline void gaussian_divergence(Reference, int batch, int latents, const float* moments, float scale, float* value,
                                float* dmoments, bool accumulate) {
    double total = 0;
    for (long sample = 0; sample < batch; ++sample)
        for (long i = 0; i < latents; ++i) {
            const long mean = sample * 2 * latents + i;
            const long log_variance = mean + latents;
            const double m = static_cast<double>(moments[mean]);
            const double v = static_cast<double>(moments[log_variance]);
            total += 0.5 * (m * m + std::expm1(v) - v);
            if (!dmoments) continue;
            if (!accumulate) dmoments[mean] = dmoments[log_variance] = 0;
            dmoments[mean] += scale * static_cast<float>(m);
            dmoments[log_variance] += scale * static_cast<float>(0.5 * std::expm1(v));
        }
    if (value) *value = static_cast<float>(static_cast<double>(scale) * total);
}

/// Free bits: above (latents) becomes 1 where a latent's divergence from N(0, 1), averaged over the batch, is above
/// `least`, and 0 elsewhere; to dmoments scale * the derivatives of the divergences of those latents are added.
template <class = void>
inline void gaussian_divergence_above(Reference, int batch, int latents, const float* moments, float scale, float least,
                                      float* above, float* dmoments) {
    for (long i = 0; i < latents; ++i) {
        double total = 0;
        for (long sample = 0; sample < batch; ++sample) {
            const double m = static_cast<double>(moments[sample * 2 * latents + i]);
            const double v = static_cast<double>(moments[sample * 2 * latents + latents + i]);
            total += 0.5 * (m * m + std::expm1(v) - v);
        }
        above[i] = total > static_cast<double>(least) * batch ? 1.0f : 0.0f;
        for (long sample = 0; sample < batch && above[i] > 0; ++sample) {
            const long mean = sample * 2 * latents + i;
            dmoments[mean] += scale * moments[mean];
            dmoments[mean + latents] +=
                scale * static_cast<float>(0.5 * std::expm1(static_cast<double>(moments[mean + latents])));
        }
    }
}

}  // namespace genotype::inline v0_1::kernels
