// A small GAN learns a ring in the plane in a second, which a broken one cannot.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "genotype/layers/leaky_relu.hpp"
#include "genotype/layers/linear.hpp"
#include "genotype/layers/relu.hpp"
#include "genotype/losses/bce_with_logits.hpp"
#include "genotype/models/gan.hpp"
#include "genotype/network/sequential.hpp"
#include "genotype/training/gan_trainer.hpp"
#include "support/devices.hpp"

using namespace genotype;

namespace {

using Noise = Shape<4>;
using Point = Shape<2>;
using Generator = Sequential<Linear<4, 64>, ReLU, Linear<64, 64>, ReLU, Linear<64, 2>>;
using Discriminator = Sequential<Linear<2, 64>, LeakyReLU<0.2f>, Linear<64, 64>, LeakyReLU<0.2f>, Linear<64, 1>>;

constexpr double radius = 2;

/// Points on a circle, each moved by N(0, 0.1^2).
Tensor<Point> ring(int count, std::uint64_t position) {
    Tensor<Point> points(count);
    Tensor<Shape<1>> angles(count);
    constexpr float turn = 2 * std::numbers::pi_v<float>;
    fill_uniform(Cpu{}, count, RandomState{.seed = 5, .position = position}, 0, turn, angles.data());
    fill_normal(Cpu{}, points.size(), RandomState{.seed = 6, .position = position}, points.data());
    for (int n = 0; n < count; ++n) {
        points(n, 0) = static_cast<float>(radius) * std::cos(angles(n, 0)) + 0.1f * points(n, 0);
        points(n, 1) = static_cast<float>(radius) * std::sin(angles(n, 0)) + 0.1f * points(n, 1);
    }
    return points;
}

}  // namespace

TEST_CASE("a ring") {
    constexpr int batch = 128, count = 1000;
    Trainer<GAN<Generator, Discriminator, BCEWithLogits>, TestedDevice> trainer(
        {.generator = {.learning_rate = 1e-3f, .beta1 = 0.5f},
         .discriminator = {.learning_rate = 2e-3f, .beta1 = 0.5f},
         .batch = batch});
    for (int step = 0; step < 1500; ++step) trainer.step(ring(batch, static_cast<std::uint64_t>(step) * batch));

    Tensor<Noise> noise(count);
    fill_normal(Cpu{}, noise.size(), RandomState{.seed = 77}, noise.data());
    const Tensor<Point> points = trainer.generator()(noise);
    double far = 0;
    std::array<int, 8> eighths{};
    for (int n = 0; n < count; ++n) {
        const double x = points(n, 0), y = points(n, 1);
        far += std::abs(std::hypot(x, y) - radius) / count;
        const double turn = std::atan2(y, x) / (2 * std::numbers::pi) + 0.5;
        ++eighths[std::min<std::size_t>(7, static_cast<std::size_t>(turn * 8))];
    }
    const int fewest = *std::min_element(eighths.begin(), eighths.end());
    MESSAGE(far << " off the ring; " << fewest << " points in the emptiest of its eighths");
    // Found: 0.08 and 113, with other seeds up to 0.12 and above 100. With an error put in, the same run ended at:
    // generator without gradient 1.80 and 0, its sign turned 1.67 and 0, discriminator taught by generated points alone
    // 1.91 and 0, not taught 79 and 0, both taught the same label 1.37 and 0.
    CHECK(far < 0.3);
    CHECK(fewest > 60);
}
