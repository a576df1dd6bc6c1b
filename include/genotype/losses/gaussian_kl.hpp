// How far a VAE's latents are from N(0, 1).
#pragma once

#include "genotype/shape/fault.hpp"

namespace genotype {

/// The Kullback-Leibler divergence of N(mean, variance) from N(0, 1): the sum over the latents of
/// (mean^2 + variance - 1 - log variance) / 2, averaged over the batch.
/// PyTorch: (-0.5 * (1 + log_variance - mean**2 - log_variance.exp())).sum(1).mean().
/// Source: Kingma and Welling, "Auto-encoding variational Bayes" (ICLR 2014); `weight` is the beta of Higgins et al.,
/// "beta-VAE" (ICLR 2017).
struct GaussianKL {
    /// What the divergence is worked out from, and where its value and its gradient go.
    struct Call {
        int batch;
        int latents;
        const float* moments;  // (batch, 2 * latents), a sample as [means | log variances]
        float weight = 1;
        float* value = nullptr;
        float* gradient = nullptr;  // by the moments; null where nobody wants it
        bool accumulate = false;    // the gradient is added to what is there
    };

    /// The moments are a vector of twice as many numbers as the latents.
    static constexpr ShapeFault fits(Dims moments, Dims latents) {
        if (const ShapeFault fault = compare(latents, vector_dims(any_dim))) return fault;
        return compare(moments,
                       vector_dims(latents.rank == any_dim || latents.first == any_dim ? any_dim : 2 * latents.first));
    }

    template <class Device>
    static void evaluate(Device device, const Call& call) {
        const float scale = static_cast<float>(static_cast<double>(call.weight) / call.batch);
        gaussian_divergence(device, call.batch, call.latents, call.moments, scale, call.value, call.gradient,
                            call.accumulate);
    }
};

}  // namespace genotype
