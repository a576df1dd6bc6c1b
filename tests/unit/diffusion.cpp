// Diffusion: the noise of the cosine schedule, v, steps of DDIM and DDPM, what it learns, and what is refused in words.
#include "genotype/diffusion.hpp"

#include <doctest/doctest.h>
#include <omp.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "genotype/checkpoint.hpp"
#include "genotype/flow.hpp"
#include "support/devices.hpp"
#include "support/temporary_folder.hpp"
#include "support/three_corners.hpp"

using namespace genotype;
using namespace three_corners;

namespace {

using Denoiser = Diffusion<Net, Point>;
using Unlabelled = Diffusion<Sequential<Linear<1, 1, NoBias>, Modulate<moment, 1, 1>>, Shape<1>>;

}  // namespace

TEST_CASE("the cosine schedule is diffusers' squaredcos_cap_v2") {
    const auto levels = detail::noise_levels<CosineNoise<1000>>();
    REQUIRE(levels.size() == 1000);
    const auto left = [&](std::size_t timestep) { return levels[timestep].of_image * levels[timestep].of_image; };
    // alphas_cumprod of diffusers 0.42, in float32.
    CHECK(left(0) == doctest::Approx(0.9999586939811707).epsilon(1e-6));
    CHECK(left(99) == doctest::Approx(0.9720926880836487).epsilon(1e-5));
    CHECK(left(499) == doctest::Approx(0.4938434660434723).epsilon(1e-5));
    CHECK(left(998) == doctest::Approx(2.428766265438753e-06).epsilon(1e-4));
    CHECK(left(999) == doctest::Approx(2.4287349909002387e-09).epsilon(1e-4));
    CHECK(CosineNoise<1000>::beta(999) == 0.999);
    for (const auto& level : levels)
        CHECK(level.of_image * level.of_image + level.of_noise * level.of_noise == doctest::Approx(1).epsilon(1e-12));
}

TEST_CASE("timesteps are whole numbers, each as likely as any other; noise and v are the same on every device") {
    constexpr int count = 20000;
    std::vector<float> draws(count), timesteps(count);
    fill_normal(Cpu{}, count, RandomState{.seed = 5}, draws.data());
    draws[0] = -30;
    draws[1] = 30;
    draws[2] = 0.005f;
    constexpr int batch = 3;
    constexpr long size = 37;
    const float levels[] = {1, 0, 0.8f, 0.6f, 0.1f, 2}, of[] = {2, 0, 1};
    std::vector<float> x(batch * size), noise(x.size()), y(x.size()), velocity(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
        x[i] = static_cast<float>(i % 7) - 3;
        noise[i] = static_cast<float>(i % 5) / 2;
    }
    on_tested_devices([&](auto device) {
        map(device, count, detail::Timestep{1000}, timesteps.data(), draws.data());
        CHECK(timesteps[0] == 0);
        CHECK(timesteps[1] == 999);
        CHECK(timesteps[2] == 501);
        std::array<int, 10> tenths{};
        for (const float timestep : timesteps) {
            REQUIRE((timestep >= 0 && timestep < 1000 && timestep == std::floor(timestep)));
            ++tenths[static_cast<std::size_t>(timestep) / 100];
        }
        for (const int tenth : tenths) CHECK(std::abs(tenth - count / 10) < 200);

        diffuse(device, batch, size, levels, of, x.data(), noise.data(), y.data(), velocity.data());
        for (std::size_t i = 0; i < x.size(); ++i) {
            const float* const level = levels + 2 * static_cast<long>(of[i / size]);
            CHECK(y[i] == doctest::Approx(level[0] * x[i] + level[1] * noise[i]));
            CHECK(velocity[i] == doctest::Approx(level[0] * noise[i] - level[1] * x[i]));
        }
    });
}

TEST_CASE("a step's gradients are those of its loss") {
    omp_set_num_threads(1);
    const Points all = points(6);
    const auto made = [] {
        return Trainer<Denoiser, Cpu, SGD>({.optimizer = {}, .clip_norm = 0, .batch = 6, .seed = 3});
    };
    auto trainer = made();
    trainer.step(all.samples, all.labels);
    const auto& gradients = trainer.gradients();
    constexpr float small = 1e-2f;
    int checked = 0;
    for (long at = 0; at < gradients.size(); at += 151) {
        const auto loss = [&](float by) {
            auto moved = made();
            moved.model().parameters.data()[at] += by;
            moved.model().prepare();
            return moved.step(all.samples, all.labels);
        };
        const float slope = (loss(small) - loss(-small)) / (2 * small), gradient = gradients.data()[at];
        CHECK(std::abs(slope - gradient) < 2e-3f + 1e-2f * std::abs(gradient));
        checked += std::abs(gradient) > 1e-2f;
    }
    CHECK(checked >= 3);
}

TEST_CASE("it draws each class where it lies, by DDIM, with guidance, and by DDPM") {
    omp_set_num_threads(1);
    const Points all = points(24);
    Trainer<Denoiser> trainer({.optimizer = Adam{.learning_rate = 1.5e-2f}, .average = 0.96f, .batch = 24, .seed = 1});
    for (int step = 0; step < 250; ++step) trainer.step(all.samples, all.labels);
    const auto model = trainer.average();
    DiffusionSampler<Denoiser> sampler(6);
    const std::span<const int> six(all.labels.data(), 6);
    for (const DiffusionSampling& options :
         {DiffusionSampling{.steps = 10}, DiffusionSampling{.steps = 10, .guidance = 1.5f, .seed = 4},
          DiffusionSampling{.steps = 50, .eta = 1}}) {
        CAPTURE(options.eta);
        const Tensor<Point> drawn = sampler(model, 6, six, options);
        for (int n = 0; n < 6; ++n)
            for (int axis = 0; axis < 2; ++axis) CHECK(std::abs(drawn(n, axis) - all.samples(n, axis)) < 0.25f);
    }
}

TEST_CASE("a step of the sampler is the paper's") {
    // v = w x, at timesteps 999 and 499 of two steps.
    constexpr float w = 0.7f;
    Model<Unlabelled::Model> model(Seed{1});
    std::fill_n(model.parameters.data(), model.parameters.size(), 0.f);
    model.parameters.data()[0] = w;
    model.prepare();
    constexpr int count = 4;
    const Tensor<Shape<1>> noise = normal<Shape<1>>(count, Seed{9});
    float later[4];
    RandomState random{.seed = 9, .stream = streams::noise};
    random.take(count);
    fill_normal(Cpu{}, count, random, later);
    const auto levels = detail::noise_levels<CosineNoise<1000>>();
    const double a = levels[999].of_image, b = levels[999].of_noise, a2 = levels[499].of_image,
                 b2 = levels[499].of_noise;
    DiffusionSampler<Unlabelled> sampler(count);
    for (const float eta : {0.f, 0.5f, 1.f}) {
        CAPTURE(eta);
        const auto drawn = sampler(model, count, {}, {.steps = 2, .eta = eta, .seed = 9});
        const double sigma = static_cast<double>(eta) * std::sqrt(b2 * b2 / (b * b) * (1 - a * a / (a2 * a2)));
        for (int n = 0; n < count; ++n) {
            const double x = static_cast<double>(noise(n, 0)), v = static_cast<double>(w) * x;
            const double x2 = a2 * (a * x - b * v) + std::sqrt(b2 * b2 - sigma * sigma) * (b * x + a * v) +
                              sigma * static_cast<double>(later[n]);
            CHECK(static_cast<double>(drawn(n, 0)) ==
                  doctest::Approx((a2 - b2 * static_cast<double>(w)) * x2).epsilon(1e-4));
        }
    }
}

TEST_CASE("training and drawing are the same for any number of threads, and resume to the bit") {
    const Points all = points(48);
    const DiffusionOptions<Adam> options{.average = 0.9f, .batch = 48, .seed = 3};
    Trainer<Denoiser> whole(options), stopped(options), resumed(options);
    const TemporaryFolder folder;
    omp_set_num_threads(1);
    for (int step = 0; step < 6; ++step) whole.step(all.samples, all.labels);
    omp_set_num_threads(3);
    for (int step = 0; step < 3; ++step) stopped.step(all.samples, all.labels);
    stopped.save(folder.path() / "diffusion");
    resumed.resume(folder.path() / "diffusion");
    for (int step = 3; step < 6; ++step) resumed.step(all.samples, all.labels);
    CHECK(parameters(resumed) == parameters(whole));

    DiffusionSampler<Denoiser> sampler(48);
    const DiffusionSampling sampling{.steps = 3, .guidance = 2, .eta = 0.5f, .seed = 5};
    std::vector<int> done;
    std::vector<float> last;
    const auto told = sampler(whole.average(), 48, all.labels, sampling, [&](const SamplingStep<Point>& step) {
        CHECK(step.steps == 3);
        done.push_back(step.done);
        last.assign(step.images.data, step.images.data + step.images.size());
    });
    CHECK(done == std::vector{1, 2, 3});
    CHECK(std::equal(last.begin(), last.end(), told.data()));
    omp_set_num_threads(1);
    const auto again = sampler(resumed.average(), 48, all.labels, sampling);
    CHECK(std::equal(last.begin(), last.end(), again.data()));

    // The same network with the same options is not the same model.
    Trainer<FlowMatching<Net, Point>> flow({.average = 0.9f, .batch = 48, .seed = 3});
    Trainer<Diffusion<Net, Point, CosineNoise<100>>> fewer({.average = 0.9f, .batch = 48, .seed = 3});
    flow.save(folder.path() / "flow");
    CHECK(error_of([&] { flow.resume(folder.path() / "diffusion"); }).find("CosineNoise") != std::string::npos);
    CHECK(error_of([&] { fewer.resume(folder.path() / "diffusion"); }).find("CosineNoise") != std::string::npos);
    CHECK(error_of([&] { stopped.resume(folder.path() / "flow"); }).find("CosineNoise") != std::string::npos);
}

TEST_CASE("what cannot be learnt from or drawn is told, and nothing has changed") {
    Points all = points(3);
    Trainer<Denoiser> trainer({.batch = 3});
    const std::vector<float> before = parameters(trainer);
    const std::vector<int> two{0, 1}, none{0, 1, 3};
    CHECK(error_of([&] { trainer.step(all.samples, two); }) ==
          "Trainer: number of labels: found 2, expected 3, one for each image of the batch");
    CHECK(error_of([&] { trainer.step(all.samples, none); }).find("0 to 2; 3 stands for none") != std::string::npos);
    all.samples(1, 1) = std::numeric_limits<float>::quiet_NaN();
    CHECK(error_of([&] { trainer.step(all.samples, all.labels); }) != "no error");
    CHECK(parameters(trainer) == before);
    CHECK(error_of([] { Trainer<Denoiser>({.label_drop = 1}); }) ==
          "Trainer: label_drop: found 1.000000, expected 0 to below 1");

    DiffusionSampler<Denoiser> sampler(3);
    const auto fault = [&](const DiffusionSampling& options) {
        return error_of([&] { sampler(trainer.model(), 3, all.labels, options); });
    };
    CHECK(fault({.steps = 0}) == "DiffusionSampler: steps: found 0, expected 1 to 1000");
    CHECK(fault({.steps = 1001}) == "DiffusionSampler: steps: found 1001, expected 1 to 1000");
    CHECK(fault({.eta = 1.5f}) == "DiffusionSampler: eta: found 1.500000, expected 0 (DDIM) to 1 (DDPM)");
    CHECK(fault({.eta = std::numeric_limits<float>::quiet_NaN()}) != "no error");
    CHECK(fault({.guidance = std::numeric_limits<float>::quiet_NaN()}) ==
          "DiffusionSampler: guidance: found nan, expected a finite number");
    CHECK(error_of([&] { sampler(trainer.model(), 3, two); }) ==
          "DiffusionSampler: number of labels: found 2, expected 3, one for each image");
    CHECK(error_of([&] { sampler(trainer.model(), 3, none, {.steps = 2}); }) == "no error");  // none is a label here
    DiffusionSampler<Unlabelled> plain(2);
    CHECK(error_of([&] { plain(Model<Unlabelled::Model>(Seed{1}), 2, {}, {.guidance = 3}); }) ==
          "DiffusionSampler: guidance: found 3.000000, expected 1: the network reads no label, which a guidance would "
          "leave out");
    CHECK(plain(Model<Unlabelled::Model>(Seed{1}), 2, {}, {.steps = 1000}).batch() == 2);
}
