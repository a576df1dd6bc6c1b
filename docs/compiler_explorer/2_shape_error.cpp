// A wrong shape is a sentence: layer 3 got 128 channels and wants 64. Write BN<128>, and this compiles.
#include <genotype/genotype.hpp>
using namespace genotype;

using Discriminator = Sequential<
    Conv<3, 64, 4, 2, 1>, LeakyReLU<0.2f>,
    Conv<64, 128, 4, 2, 1>, BN<64>, LeakyReLU<0.2f>,
    Conv<128, 1, 4, 1, 0>, Sigmoid>;

int main() {}
