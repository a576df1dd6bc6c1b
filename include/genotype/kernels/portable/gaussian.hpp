// Sampling from a VAE's latent distribution and its divergence from N(0, 1), over thrust.
#pragma once

#include "genotype/kernels/gaussian.hpp"
#include "genotype/kernels/portable/each.hpp"

namespace genotype::inline v0_1::kernels {

/// See the reference's.
template <class System>
void reparameterize(Thrust<System> device, int batch, int latents, const float* moments, const float* noise, float* z) {
    const detail::GaussianSample sample{};
    detail::each_value(device, static_cast<long>(batch) * latents, [=] GENOTYPE_KERNEL(long at) {
        const float* const own = moments + at + at / latents * latents;
        z[at] = sample(own[0], own[latents], noise[at]);
    });
}

/// See the reference's.
template <class System>
void reparameterize_backward(Thrust<System> device, int batch, int latents, const float* moments, const float* noise,
                             const float* dz, float* dmoments) {
    const detail::GaussianSampleBackward derivative{};
    detail::each_value(device, static_cast<long>(batch) * latents, [=] GENOTYPE_KERNEL(long at) {
        const long mean = at + at / latents * latents;
        dmoments[mean] = dz[at];
        dmoments[mean + latents] = derivative(moments[mean + latents], noise[at], dz[at]);
    });
}

/// See the reference's.
template <class System>
void gaussian_divergence(Thrust<System> device, int batch, int latents, const float* moments, float scale, float* value,
                         float* dmoments, bool accumulate) {
    const long count = static_cast<long>(batch) * latents;
    const detail::GaussianDivergence divergence{};
    const detail::GaussianDivergenceBackward derivative{scale, accumulate};
    if (value)
        detail::sum_groups(
            device, 1, count, detail::Sums<1>{},
            [=] GENOTYPE_KERNEL(long, long at) {
                const float* const own = moments + at + at / latents * latents;
                return detail::Sums<1>{{static_cast<double>(divergence(own[0], own[latents]))}};
            },
            [=] GENOTYPE_KERNEL(long, const detail::Sums<1>& total) {
                *value = static_cast<float>(static_cast<double>(scale) * total.values[0]);
            });
    if (!dmoments) return;
    detail::each_value(device, count, [=] GENOTYPE_KERNEL(long at) {
        const long mean = at + at / latents * latents;
        derivative(dmoments[mean], dmoments[mean + latents], moments[mean], moments[mean + latents]);
    });
}

/// See the reference's.
template <class System>
void gaussian_divergence_above(Thrust<System> device, int batch, int latents, const float* moments, float scale,
                               float least, float* above, float* dmoments) {
    const detail::GaussianDivergence divergence{};
    const detail::GaussianDivergenceWhere derivative{scale};
    detail::sum_groups(
        device, latents, batch, detail::Sums<1>{},
        [=] GENOTYPE_KERNEL(long latent, long sample) {
            const float* const own = moments + sample * 2 * latents + latent;
            return detail::Sums<1>{{static_cast<double>(divergence(own[0], own[latents]))}};
        },
        [=] GENOTYPE_KERNEL(long latent, const detail::Sums<1>& total) {
            above[latent] = total.values[0] > static_cast<double>(least) * batch ? 1.0f : 0.0f;
        });
    detail::each_value(device, static_cast<long>(batch) * latents, [=] GENOTYPE_KERNEL(long at) {
        const long mean = at + at / latents * latents;
        derivative(dmoments[mean], dmoments[mean + latents], moments[mean], moments[mean + latents],
                   above[at % latents]);
    });
}

}  // namespace genotype::inline v0_1::kernels
