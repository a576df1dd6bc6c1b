// The relativistic pairing loss of a GAN.
#pragma once

#include "genotype/losses/pointwise.hpp"

namespace genotype::inline v0_1 {

/// softplus(-(p - t)): how far the output p of one sample is below t, that of the other kind that stands at the same
/// place of the batch. For the discriminator p is D(real) and t is D(fake), for the generator the other way round; both
/// are batches of (1), and the mean is over the pairs. Its gradient by t is that by p with the other sign. The
/// discriminator ends without an activation. With `WithPenalty` and R1 and R2 it is the loss of R3GAN. PyTorch:
/// softplus(-(d_real - d_fake)).mean(), softplus(-(d_fake - d_real)).mean(). Source: Jolicoeur-Martineau, "The
/// relativistic discriminator" (ICLR 2019); Huang, Gokaslan, Kuleshov, Tompkin, "The GAN is dead; long live the GAN! A
/// modern GAN baseline" (NeurIPS 2024), arXiv:2501.05441.
struct Relativistic : PointwiseLoss<Relativistic> {
    static constexpr bool compares_pairs = true;

    template <class V>
    static constexpr V value(V prediction, V target) {
        return softplus(target - prediction);
    }
    template <class V>
    static constexpr V derivative(V prediction, V target) {
        return V(0.f) - sigmoid(target - prediction);
    }
};

}  // namespace genotype::inline v0_1
