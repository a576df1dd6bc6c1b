// Sampling from a VAE's latent distribution and its divergence from N(0, 1), both with gradients.
// Moments lie per sample as [mean of every latent | log variance of every latent].
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "genotype/kernels/cpu/simd/chunks.hpp"
#include "genotype/kernels/cpu/simd/ranges.hpp"
#include "genotype/kernels/device.hpp"
#include "genotype/kernels/gaussian.hpp"

namespace genotype::inline v0_1::kernels {

namespace detail {

/// Samples that one thread works on at a time.
constexpr long gaussian_chunk(int latents) {
    return std::max(1L, values_per_chunk / latents);
}

/// Runs `body(sample)` for every sample.
template <class Body>
void for_each_sample(int batch, int latents, const Body& body) {
    for_each_chunk(
        batch,
        [&](long first, long count) {
            for (long sample = first; sample < first + count; ++sample) body(sample);
        },
        gaussian_chunk(latents), latents);
}

}  // namespace detail

/// z (batch, latents) = mean + noise * exp(log variance / 2).
/// Source: Kingma and Welling, "Auto-encoding variational Bayes" (ICLR 2014).
template <class = void>
inline void reparameterize(Cpu, int batch, int latents, const float* moments, const float* noise, float* z) {
    detail::for_each_sample(batch, latents, [&](long sample) {
        const float* mean = moments + sample * 2 * latents;
        detail::map_range(detail::GaussianSample{}, latents, z + sample * latents, mean, mean + latents,
                          noise + sample * latents);
    });
}

/// dmoments (batch, 2 * latents), written over, from dz.
template <class = void>
inline void reparameterize_backward(Cpu, int batch, int latents, const float* moments, const float* noise,
                                    const float* dz, float* dmoments) {
    detail::for_each_sample(batch, latents, [&](long sample) {
        const float* log_variance = moments + sample * 2 * latents + latents;
        float* to = dmoments + sample * 2 * latents;
        std::copy(dz + sample * latents, dz + (sample + 1) * latents, to);
        detail::map_range(detail::GaussianSampleBackward{}, latents, to + latents, log_variance,
                          noise + sample * latents, dz + sample * latents);
    });
}

/// value = scale * the sum of the divergences of all latents of all samples from N(0, 1); dmoments is added to or
/// written over. Either may be null.
template <class = void>
inline void gaussian_divergence(Cpu, int batch, int latents, const float* moments, float scale, float* value,
                                float* dmoments, bool accumulate) {
    if (value) {
        const double total = detail::sum_of_parts(
            batch,
            [&](long first, long count) {
                double part = 0;
                for (long sample = first; sample < first + count; ++sample) {
                    const float* mean = moments + sample * 2 * latents;
                    part += detail::sum_range(detail::GaussianDivergence{}, latents, mean, mean + latents);
                }
                return part;
            },
            detail::gaussian_chunk(latents), latents);
        *value = static_cast<float>(static_cast<double>(scale) * total);
    }
    if (!dmoments) return;
    detail::for_each_sample(batch, latents, [&](long sample) {
        const float* mean = moments + sample * 2 * latents;
        float* to = dmoments + sample * 2 * latents;
        detail::update_range(detail::GaussianDivergenceBackward{scale, accumulate}, latents, to, to + latents, mean,
                             mean + latents);
    });
}

/// Free bits: above (latents) becomes 1 where a latent's divergence from N(0, 1), averaged over the batch, is above
/// `least`, and 0 elsewhere; to dmoments scale * the derivatives of the divergences of those latents are added.
template <class = void>
inline void gaussian_divergence_above(Cpu, int batch, int latents, const float* moments, float scale, float least,
                                      float* above, float* dmoments) {
    constexpr long together = 16;
    detail::for_each_chunk(
        latents,
        [&](long first, long count) {
            std::array<float, together> own;
            std::array<double, together> totals{};
            for (long sample = 0; sample < batch; ++sample) {
                const float* mean = moments + sample * 2 * latents + first;
                detail::map_range(detail::GaussianDivergence{}, count, own.data(), mean, mean + latents);
                for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i)
                    totals[i] += static_cast<double>(own[i]);
            }
            for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i)
                above[first + static_cast<long>(i)] = totals[i] > static_cast<double>(least) * batch ? 1.0f : 0.0f;
        },
        together, batch);
    detail::for_each_sample(batch, latents, [&](long sample) {
        const float* mean = moments + sample * 2 * latents;
        float* to = dmoments + sample * 2 * latents;
        detail::update_range(detail::GaussianDivergenceWhere{scale}, latents, to, to + latents, mean, mean + latents,
                             static_cast<const float*>(above));
    });
}

}  // namespace genotype::inline v0_1::kernels
