// A small VAE learns in a second what a broken one cannot.
#include <doctest/doctest.h>

#include <cmath>

#include "genotype/models/vae.hpp"
#include "genotype/training/vae_trainer.hpp"
#include "support/devices.hpp"

using namespace genotype;

namespace {

constexpr int side = 16;
using Image = Shape<side * side>;
using Net = VAE<side * side, 64, 4>;

/// Images with two degrees of freedom: a soft spot at a random place.
Tensor<Image> spots(int count, std::uint64_t seed) {
    Tensor<Image> images(count);
    Tensor<Shape<2>> places(count);
    fill_uniform(Cpu{}, places.size(), RandomState{.seed = seed}, 2, side - 3, places.data());
    for (int n = 0; n < count; ++n)
        for (int h = 0; h < side; ++h)
            for (int w = 0; w < side; ++w) {
                const float dh = static_cast<float>(h) - places(n, 0), dw = static_cast<float>(w) - places(n, 1);
                images(n, h * side + w) = std::exp(-(dh * dh + dw * dw) / 12);
            }
    return images;
}

/// What the best single image leaves: the values' variance, summed.
double variance(const Tensor<Image>& images) {
    double total = 0;
    for (int i = 0; i < Image::count; ++i) {
        double sum = 0, squares = 0;
        for (int n = 0; n < images.batch(); ++n) {
            sum += static_cast<double>(images(n, i)) / images.batch();
            squares += std::pow(static_cast<double>(images(n, i)), 2) / images.batch();
        }
        total += squares - sum * sum;
    }
    return total;
}

}  // namespace

TEST_CASE("spots") {
    const auto images = spots(1024, 1), others = spots(512, 2);
    Trainer<Net, TestedDevice> trainer({.optimizer = {.learning_rate = 2e-3f}, .batch = 512});
    for (int epoch = 0; epoch < 50; ++epoch)
        for (int first = 0; first < 1024; first += 64) trainer.step(images.view().slice(first, 64));
    const VaeLosses losses = trainer.evaluate(others);
    MESSAGE(losses.reconstruction << " + " << losses.kl << " = " << losses.total() << " of " << variance(others));
    // Found: 1.45 + 2.86 = 4.31 of 11.63, with other seeds 4.41 and 4.48. With an error put in, the same run ended at:
    // encoder frozen 11.68, latents' gradient lost 11.65, KL's gradient in place of the other 11.65, KL's gradient
    // left out 0.18 + 118, its sign turned 4e21, decoder frozen 47, noise left out 34 (with noise again).
    CHECK(losses.total() < 5.2);
    CHECK(losses.reconstruction < 2);
    CHECK(losses.kl < 4);
}
