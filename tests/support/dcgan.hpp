// The DCGAN of 32 x 32 images, as the tests use it.
#pragma once

#include "genotype/layers/batch_norm.hpp"
#include "genotype/layers/conv.hpp"
#include "genotype/layers/conv_transpose.hpp"
#include "genotype/layers/leaky_relu.hpp"
#include "genotype/layers/relu.hpp"
#include "genotype/layers/sigmoid.hpp"
#include "genotype/layers/tanh.hpp"
#include "genotype/network/sequential.hpp"

namespace dcgan {

using namespace genotype;

using Generator = Sequential<                           //
    ConvT<100, 256, 4, 1, 0>, BN<256>, ReLU,            //
    ConvT<256, 128, 4, 2, 1>, BN<128>, ReLU,            //
    ConvT<128, 64, 4, 2, 1>, BN<64>, ReLU,              //
    ConvT<64, 3, 4, 2, 1>, Tanh>;                       //
using Discriminator = Sequential<                       //
    Conv<3, 64, 4, 2, 1>, LeakyReLU<0.2f>,              //
    Conv<64, 128, 4, 2, 1>, BN<128>, LeakyReLU<0.2f>,   //
    Conv<128, 256, 4, 2, 1>, BN<256>, LeakyReLU<0.2f>,  //
    Conv<256, 1, 4, 1, 0>, Sigmoid>;

}  // namespace dcgan
