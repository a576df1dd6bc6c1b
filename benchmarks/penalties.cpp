// What gradient penalties of a GAN's discriminator cost: steps with and without, of the same networks, which take
// turns. usage: penalties [ROUNDS] [STEPS]: medians over ROUNDS rounds of STEPS steps each
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <genotype/genotype.hpp>
#include <genotype/tangents.hpp>
#include <memory>
#include <vector>

using namespace genotype;

namespace {

constexpr int batch = 64;

template <int colours>
using Generator = Sequential<ConvT<100, 256, 4, 1, 0>, BN<256>, ReLU, ConvT<256, 128, 4, 2, 1>, BN<128>, ReLU,
                             ConvT<128, 64, 4, 2, 1>, BN<64>, ReLU, ConvT<64, colours, 4, 2, 1>, Tanh>;
template <int colours, class Choice>
using Discriminator =
    Sequential<Conv<colours, 64, 4, 2, 1, Choice>, LeakyReLU<0.2f>, Conv<64, 128, 4, 2, 1, Choice>, LeakyReLU<0.2f>,
               Conv<128, 256, 4, 2, 1, Choice>, LeakyReLU<0.2f>, Conv<256, 1, 4, 1, 0, Choice>, Flatten>;

/// A step that is timed, under its name.
struct Contestant {
    const char* name;
    std::function<void()> step;
    std::vector<double> milliseconds{};

    double median() const { return milliseconds[milliseconds.size() / 2]; }
};

template <class Net, ShapeType Image>
Contestant contestant(const char* name, const Tensor<Image>& images, GradientPenalties penalty) {
    GanOptions<Adam> options{.batch = batch, .seed = 1, .penalty = penalty};
    const auto trainer = std::make_shared<Trainer<Net>>(options);
    return {name, [trainer, &images] { trainer->step(images); }};
}

template <int colours, class Choice>
void race(const char* title, int rounds, int steps) {
    using G = Generator<colours>;
    using D = Discriminator<colours, Choice>;
    const auto images = normal<Shape<colours, 32, 32>>(batch, Seed{3});
    std::vector<Contestant> all{
        contestant<GAN<G, D, BCEWithLogits>>("non-saturating", images, {}),
        contestant<GAN<G, D, WithPenalty<BCEWithLogits>>>("  with R1", images, {.real = 0.1f}),
        contestant<GAN<G, D, WithPenalty<BCEWithLogits>>>("  with R1 and R2", images, {.real = 0.1f, .fake = 0.1f}),
        contestant<GAN<G, D, Relativistic>>("relativistic", images, {}),
        contestant<GAN<G, D, WithPenalty<Relativistic>>>("  with R1 and R2", images, {.real = 0.1f, .fake = 0.1f}),
        contestant<GAN<G, D, Wasserstein>>("Wasserstein", images, {}),
        contestant<GAN<G, D, WithPenalty<Wasserstein>>>("  with its penalty", images, {.between = 10})};
    for (int round = 0; round <= rounds; ++round)
        for (Contestant& each : all) {
            each.step();  // what the one before left in the caches is no part of it
            const auto begin = std::chrono::steady_clock::now();
            for (int step = 0; step < steps; ++step) each.step();
            const std::chrono::duration<double, std::milli> taken = std::chrono::steady_clock::now() - begin;
            if (round > 0) each.milliseconds.push_back(taken.count() / steps);
        }
    std::printf("%s, batch %d: medians of %d rounds of %d steps\n", title, batch, rounds, steps);
    for (Contestant& each : all) std::sort(each.milliseconds.begin(), each.milliseconds.end());
    const double plain = all.front().median();
    for (Contestant& each : all)
        std::printf("  %-20s %7.2f ms  %5.2f of the first   (least %.2f)\n", each.name, each.median(),
                    each.median() / plain, each.milliseconds.front());
    std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
    const int rounds = argc > 1 ? std::atoi(argv[1]) : 10, steps = argc > 2 ? std::atoi(argv[2]) : 5;
    race<1, NoBias>("1x32x32", rounds, steps);
    race<1, Bias>("1x32x32, biases", rounds, steps);
    race<3, NoBias>("3x32x32", rounds, steps);
}
