// A GAN with a gradient penalty, whose discriminator has a batch norm: there is none, and other norms are named.
// expect: layer_has_no_tangent_because
// expect: At<1>
// expect: BN<4>
// expect: its_statistics_couple_the_samples_of_a_batch
// expect: hint_use_GroupNorm_or_LayerNorm
#include <genotype/tangents.hpp>
using namespace genotype;

using Generator = Sequential<Linear<8, 64>, Reshape<1, 8, 8>>;
using Critic = Sequential<Conv<1, 4, 4, 2, 1>, BN<4>, LeakyReLU<0.2f>, Flatten, Linear<64, 1>>;
using Net = GAN<Generator, Critic, WithPenalty<Relativistic>>;  // <- here
