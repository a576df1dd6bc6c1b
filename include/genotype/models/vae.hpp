// The name of a VAE of vectors.
#pragma once

#include "genotype/layers/linear.hpp"
#include "genotype/layers/relu.hpp"
#include "genotype/layers/sigmoid.hpp"
#include "genotype/models/autoencoder.hpp"
#include "genotype/network/sequential.hpp"

namespace genotype::inline v0_1 {

/// `using ImageVae = VAE<784, 256, 20>;`: three linear layers on either side of the latent, values in [0, 1].
/// Any other encoder and decoder: `VariationalAutoencoder<Encoder, Decoder>`.
template <int Values, int Hidden, int Latent, class Loss = MSE>
using VAE = VariationalAutoencoder<
    Sequential<Linear<Values, Hidden>, ReLU, Linear<Hidden, Hidden>, ReLU, Linear<Hidden, 2 * Latent>>,
    Sequential<Linear<Latent, Hidden>, ReLU, Linear<Hidden, Hidden>, ReLU, Linear<Hidden, Values>, Sigmoid>, Loss>;

}  // namespace genotype::inline v0_1
