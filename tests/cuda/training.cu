// Short trainings on the GPU beside the same on the host.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>

#include "genotype/genotype.hpp"
#include "genotype/kernels/thrust.hpp"
#include "genotype/kernels/thrust/cuda.hpp"

using namespace genotype;

namespace {

template <ShapeType S>
Tensor<S> pictures(std::uint64_t seed) {
    Tensor<S> x(8);
    fill_uniform(Reference{}, x.size(), RandomState{.seed = seed}, 0, 1, x.data());
    return x;
}

bool close(float left, float right) {
    return std::abs(left - right) <= 1e-3f * (1 + std::abs(right));
}

}  // namespace

TEST_CASE("a VAE's losses, recorded from the second step on") {
    using Net = VAE<64, 32, 4>;
    Trainer<Net, Cuda> trainer({.batch = 8});
    Trainer<Net, ThrustCpp> expected({.batch = 8});
    for (std::uint64_t step = 0; step < 6; ++step) {
        const auto x = pictures<Shape<64>>(step);
        const VaeLosses found = trainer.step(x), right = expected.step(x);
        CAPTURE(step);
        CHECK(close(found.reconstruction, right.reconstruction));
        CHECK(close(found.kl, right.kl));
    }
}
TEST_CASE("a GAN's losses, recorded from the second step on") {
    using Net = GAN<Sequential<ConvT<8, 12, 4, 1, 0>, BN<12>, ReLU, ConvT<12, 3, 4, 2, 1>, Tanh>,
                    Sequential<Conv<3, 12, 4, 2, 1>, LeakyReLU<0.2f>, BN<12>, Conv<12, 1, 4, 1, 0>, Sigmoid>>;
    Trainer<Net, Cuda> trainer({.batch = 8});
    Trainer<Net, ThrustCpp> expected({.batch = 8});
    for (std::uint64_t step = 0; step < 6; ++step) {
        const auto x = pictures<Shape<3, 8, 8>>(step);
        const GanLosses found = trainer.step(x), right = expected.step(x);
        CAPTURE(step);
        CHECK(close(found.discriminator, right.discriminator));
        CHECK(close(found.generator, right.generator));
    }
}
