// How far a VAE's latents are from N(0, 1).
#pragma once

#include "genotype/losses/loss_call.hpp"
#include "genotype/shape/fault.hpp"

namespace genotype::inline v0_1 {

/// The Kullback-Leibler divergence of N(mean, variance) from N(0, 1): the sum over the latents of
/// (mean^2 + variance - 1 - log variance) / 2, averaged over the batch.
/// PyTorch: (-0.5 * (1 + log_variance - mean**2 - log_variance.exp())).sum(1).mean().
/// Source: Kingma and Welling, "Auto-encoding variational Bayes" (ICLR 2014); `weight` is the beta of Higgins et al.,
/// "beta-VAE" (ICLR 2017).
struct GaussianKL {
    /// What the divergence is worked out from, and where its value and its gradient go.
    template <class Memory>
    struct CallIn {
        detail::LossBatchIn<Memory> moments;  // (batch, 2 * latents), a sample as [means | log variances]
        float weight = 1;
        float* value = nullptr;
        detail::LossGradientIn<Memory> gradient = {};  // by the moments; none where it is not requested
        bool accumulate = false;                       // the gradient is added to what is there
    };
    using Call = CallIn<HostMemory>;

    /// The moments are a vector of twice as many numbers as the latents.
    static constexpr ShapeFault fits(Dims moments, Dims latents) {
        if (const ShapeFault fault = compare(latents, vector_dims(any_dim))) return fault;
        return compare(moments,
                       vector_dims(latents.rank == any_dim || latents.first == any_dim ? any_dim : 2 * latents.first));
    }

    /// The divergence of a batch of moments.
    template <class Device, LossOperand Moments>
    requires(Device::on_host) static float evaluate(Device device, const Moments& moments, float weight = 1) {
        float value = 0;
        evaluate(device, Call{.moments = moments, .weight = weight, .value = &value});
        return value;
    }
    /// The same, and its gradient by the moments, which is written over.
    template <class Device, LossOperand Moments>
    requires(Device::on_host) static float evaluate(Device device, const Moments& moments,
                                                    Tensor<typename Moments::shape>& gradient, float weight = 1) {
        float value = 0;
        evaluate(device, Call{.moments = moments, .weight = weight, .value = &value, .gradient = gradient});
        return value;
    }

    /// What the other calls come down to, for any device. Throws `Error` where the gradient is of another size than the
    /// moments, or where these have no two halves.
    template <class Device>
    static void evaluate(Device device, const CallIn<MemoryOf<Device>>& call) {
        const auto& moments = call.moments;
        detail::check_loss_gradient(call.gradient, moments);
        if (moments.values % 2 != 0)
            fail("loss", "values of a sample of the moments", moments.values, "twice the latents");
        const float scale = static_cast<float>(static_cast<double>(call.weight) / moments.batch);
        gaussian_divergence(device, moments.batch, static_cast<int>(moments.values / 2), moments.data, scale,
                            call.value, call.gradient.data, call.accumulate);
    }
};

}  // namespace genotype::inline v0_1
