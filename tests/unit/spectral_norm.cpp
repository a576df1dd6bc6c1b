// Spectral norm and weight norm: other layers with their weight normalised, exact gradients by the original one, and
// buffers that follow a training.
#include <omp.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "genotype/checkpoint.hpp"
#include "genotype/io.hpp"
#include "support/devices.hpp"
#include "support/expect_gradients.hpp"
#include "support/temporary_folder.hpp"

using namespace genotype;

namespace {

template <class Net, class In>
void expect_everywhere(const GradientCheckOptions& options = {}) {
    expect_gradients<Net, In, TestedDevice>(options);
    expect_gradients<Net, In, Reference>(options);
}

}  // namespace

TEST_CASE("issue 18.9: gradients by the original weight of a spectral norm are exact") {
    expect_everywhere<SpectralNorm<Linear<5, 7>>, Shape<5>>();
    expect_everywhere<SpectralNorm<Linear<20, 33, NoBias>>, Shape<20>>();
    expect_everywhere<SpectralNorm<Conv<3, 5, 3, 1, 1, Bias>>, Shape<3, 5, 5>>();
    expect_everywhere<SpectralNorm<ConvT<3, 5, 4, 2, 1, Bias>>, Shape<3, 3, 3>>();
    expect_everywhere<SpectralNorm<Conv<3, 5, 1>>, Shape<3, 4, 4>>();
    expect_everywhere<SpectralNorm<Conv3d<3, 5, 2, 1, 1, Bias>>, Shape<3, 3, 2, 4>>();
    expect_everywhere<SpectralNorm<Conv<1, 5, 3>>, Shape<1, 4, 4>>();
}
TEST_CASE("issue 18.9: gradients by length and direction of a weight norm are exact") {
    expect_everywhere<WeightNorm<Linear<5, 7>>, Shape<5>>();
    expect_everywhere<WeightNorm<Linear<5, 7>, 1>, Shape<5>>();
    expect_everywhere<WeightNorm<Conv<3, 5, 3, 1, 1, Bias>>, Shape<3, 5, 5>>();
    expect_everywhere<WeightNorm<ConvT<3, 5, 4, 2, 1, Bias>>, Shape<3, 3, 3>>();
    expect_everywhere<WeightNorm<ConvT<3, 5, 4, 2, 1>, 1>, Shape<3, 3, 3>>();
    expect_everywhere<WeightNorm<Conv3d<3, 5, 2, 1, 1>>, Shape<3, 3, 2, 4>>();
}

namespace {

using Critic = Sequential<SpectralNorm<Linear<4, 8>>, LeakyReLU<0.2f>, SpectralNorm<Linear<8, 1>>>;
using Gan = GAN<Sequential<WeightNorm<Linear<3, 8>>, ReLU, WeightNorm<Linear<8, 4>>>, Critic, BCEWithLogits>;

template <detail::Owned What, class Net>
std::vector<std::string> names_of() {
    std::vector<std::string> names;
    for_each_tensor<Net, What>([&](const std::string& name, const Parameter&, long) { names.push_back(name); });
    return names;
}

bool same_bits(const Arena<Cpu>& left, const Arena<Cpu>& right) {
    return std::equal(left.data(), left.data() + left.size(), right.data(), right.data() + right.size());
}
template <class Net>
bool same_model(const Model<Net>& left, const Model<Net>& right) {
    const auto x = normal<InputShape<Net>>(3, Seed{8});
    const auto one = left(x), other = right(x);
    return same_bits(left.parameters, right.parameters) && same_bits(left.buffers, right.buffers) &&
           std::equal(one.data(), one.data() + one.size(), other.data());
}

template <class Trainer>
void train(Trainer& trainer, int first, int steps) {
    for (int step = first; step < first + steps; ++step)
        trainer.step(normal<Shape<4>>(5, Seed{static_cast<std::uint64_t>(step)}));
}

}  // namespace

TEST_CASE("issue 18.9: tensors of a spectral norm and of a weight norm have PyTorch's names") {
    using Spectral = Sequential<SpectralNorm<Linear<5, 7>>>;
    using Weight = Sequential<WeightNorm<Linear<5, 7>>>;
    CHECK(names_of<detail::Owned::parameters, Spectral>() ==
          std::vector<std::string>{"0.parametrizations.weight.original", "0.bias"});
    CHECK(names_of<detail::Owned::buffers, Spectral>() ==
          std::vector<std::string>{"0.parametrizations.weight.0._u", "0.parametrizations.weight.0._v"});
    CHECK(names_of<detail::Owned::parameters, Weight>() ==
          std::vector<std::string>{"0.parametrizations.weight.original0", "0.parametrizations.weight.original1",
                                   "0.bias"});
}

TEST_CASE("issue 18.4: buffers follow an update, and are only read where weights were loaded") {
    Model<Critic> model(Seed{3});
    const auto drawn = model.buffers.clone();
    model.prepare();
    CHECK(same_bits(model.buffers, drawn));
    for (long i = 0; i < model.parameters.size(); ++i)
        model.parameters.data()[i] *= 1 + 0.1f * static_cast<float>(i % 3);
    model.prepare<PackedAfter::update>();
    CHECK_FALSE(same_bits(model.buffers, drawn));
    // After many iterations the largest singular value is 1: of a single row, its norm.
    for (int i = 0; i < 100; ++i) model.prepare<PackedAfter::update>();
    double squares = 0;
    const PackedWeights last = std::as_const(model).packed.data() + packed_bytes<SpectralNorm<Linear<4, 8>>, Cpu>();
    const float* const weight = kernels::PackedForm<float>{8}.in(last);
    for (int i = 0; i < 8; ++i) squares += std::pow(weight[i], 2);
    CHECK(std::abs(squares - 1) < 1e-5);
}

TEST_CASE("issue 18.9: a weight norm begins as the layer's own weight") {
    const Model<ConvT<3, 5, 4, 2, 1, Bias>> plain(Seed{4});
    const Model<WeightNorm<ConvT<3, 5, 4, 2, 1, Bias>>> normalised(Seed{4});
    const auto x = normal<Shape<3, 4, 4>>(2, Seed{5});
    const auto expected = plain(x), found = normalised(x);
    for (long i = 0; i < expected.size(); ++i) CHECK(std::abs(found.data()[i] - expected.data()[i]) < 1e-5f);
}

TEST_CASE("issue 18.9: a file of a spectral norm and a checkpoint of its training resume to the bit") {
    TemporaryFolder folder;
    Trainer<Gan> trainer({.average = 0.9f, .batch = 5});
    train(trainer, 0, 3);
    save(trainer.discriminator(), folder / "critic.safetensors");
    Model<Critic> loaded(Seed{9});
    load(loaded, folder / "critic.safetensors");
    CHECK(same_model(loaded, trainer.discriminator()));

    trainer.save(folder / "checkpoint");
    Trainer<Gan> resumed({.average = 0.9f, .batch = 5});
    resumed.resume(folder / "checkpoint");
    train(trainer, 3, 2);
    train(resumed, 3, 2);
    CHECK(same_model(resumed.discriminator(), trainer.discriminator()));
    CHECK(same_model(resumed.generator(), trainer.generator()));
    CHECK(same_model(resumed.average_generator(), trainer.average_generator()));
    CHECK_FALSE(same_model(trainer.average_generator(), trainer.generator()));
}

TEST_CASE("issue 18.9: threads do not change a bit of a training with spectral norm") {
    const auto trained = [](int threads) {
        const int before = omp_get_max_threads();
        omp_set_num_threads(threads);
        using Net = Sequential<SpectralNorm<Conv<3, 64, 4, 2, 1>>, LeakyReLU<0.2f>, WeightNorm<ConvT<64, 3, 4, 2, 1>>>;
        using In = Shape<3, 16, 16>;
        Model<Net> model(Seed{1});
        Workspace<Net, In, Training> run(6);
        Gradients<Net> gradients;
        Optimized<Net> optimizer;
        const auto x = normal<In>(6, Seed{2});
        for (int step = 0; step < 3; ++step) {
            run.forward(model, x);
            run.backward(model, x, x, {.gradients = gradients});
            optimizer.step(model, gradients);
        }
        omp_set_num_threads(before);
        return model;
    };
    const auto one = trained(1), many = trained(3);
    CHECK((same_bits(one.parameters, many.parameters) && same_bits(one.buffers, many.buffers)));
}
