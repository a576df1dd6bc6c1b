// The elementwise parts of a VAE's latent distribution, a normal one with a mean and a variance for each latent.
#pragma once

#include "genotype/kernels/math.hpp"

namespace genotype::inline v0_1::kernels::detail {

/// z = mean + noise * exp(log variance / 2)
struct GaussianSample {
    template <class V>
    constexpr V operator()(V mean, V log_variance, V noise) const {
        return mean + noise * exp(V(0.5f) * log_variance);
    }
};

/// The derivative of z by the log variance, times dz.
struct GaussianSampleBackward {
    template <class V>
    constexpr V operator()(V log_variance, V noise, V dz) const {
        return dz * noise * (V(0.5f) * exp(V(0.5f) * log_variance));
    }
};

/// The Kullback-Leibler divergence from N(0, 1): (mean^2 + variance - 1 - log variance) / 2.
struct GaussianDivergence {
    template <class V>
    constexpr V operator()(V mean, V log_variance) const {
        return V(0.5f) * (mean * mean + (expm1(log_variance) - log_variance));
    }
};

/// Its derivatives, added to what is there or written over it.
struct GaussianDivergenceBackward {
    float scale;
    bool accumulate;

    template <class V>
    constexpr void operator()(V& dmean, V& dlog_variance, const V& mean, const V& log_variance) const {
        const V mean_gradient = V(scale) * mean;
        const V log_variance_gradient = V(0.5f * scale) * expm1(log_variance);
        dmean = accumulate ? dmean + mean_gradient : mean_gradient;
        dlog_variance = accumulate ? dlog_variance + log_variance_gradient : log_variance_gradient;
    }
};

/// The same where `counts` is 1, added to what is there; nothing where it is 0.
struct GaussianDivergenceWhere {
    float scale;

    template <class V>
    constexpr void operator()(V& dmean, V& dlog_variance, const V& mean, const V& log_variance, const V& counts) const {
        const V factor = V(scale) * counts;
        dmean = dmean + factor * mean;
        dlog_variance = dlog_variance + V(0.5f) * factor * expm1(log_variance);
    }
};

}  // namespace genotype::inline v0_1::kernels::detail
