// GANs with a loss of pairs and with gradient penalties: the step, its gradients, its resumption, and what it teaches.
#include <doctest/doctest.h>
#include <omp.h>

#include <cmath>
#include <vector>

#include "genotype/checkpoint.hpp"
#include "genotype/tangents.hpp"
#include "support/devices.hpp"
#include "support/temporary_folder.hpp"

using namespace genotype;

namespace {

using G = Sequential<Linear<3, 16>, SiLU, Linear<16, 32>, Reshape<2, 4, 4>>;
using D = Sequential<Conv<2, 4, 3, 1, 1, Bias>, GroupNorm<2, 4>, SiLU, Conv<4, 4, 3, 1, 1, Bias>, LeakyReLU<0.2f>,
                     Flatten, Linear<64, 1>>;
using Image = Shape<2, 4, 4>;
using Noise = Shape<3>;
constexpr int batch = 5;

template <ShapeType S>
Tensor<S> draw(std::uint64_t seed, int count = batch) {
    Tensor<S> x(count);
    fill_normal(Reference{}, x.size(), RandomState{.seed = seed}, x.data());
    return x;
}
const Tensor<Image> real = draw<Image>(1);
const Tensor<Noise> noise = draw<Noise>(2);

using Values = std::vector<float>;
template <class Holder>
Values values(const Holder& holder) {
    return {holder.data(), holder.data() + holder.size()};
}
template <class Net>
std::vector<Values> state(Trainer<Net>& trainer) {
    return {values(trainer.generator().parameters), values(trainer.discriminator().parameters)};
}

/// D's losses of a step, worked out from outputs and first-order gradients alone: the loss of pairs, and R1 and R2.
template <class Judge>
double objective(Model<Judge>& model, const View<Image>& fake, GradientPenalties strengths, bool pairs) {
    const auto judge = [&](const View<Image>& x, Tensor<Image>& gradient) {
        Workspace<Judge, Image, Training> run(x.batch);
        const auto y = run.forward(model, x);
        const Values outputs(y.data, y.data + y.batch);
        Tensor<Shape<1>> ones(x.batch);
        for (float& one : ones.values()) one = 1;
        run.backward(model, x, ones, {.input_gradient = gradient});
        return outputs;
    };
    Tensor<Image> at_real(batch), at_fake(batch);
    const Values on_real = judge(real, at_real), on_fake = judge(fake, at_fake);
    double loss = 0;
    for (std::size_t i = 0; i < batch; ++i)
        loss += pairs ? std::log1p(std::exp(static_cast<double>(on_fake[i]) - on_real[i]))
                      : std::log1p(std::exp(-static_cast<double>(on_real[i]))) +
                            std::log1p(std::exp(static_cast<double>(on_fake[i])));
    for (const float g : at_real.values()) loss += static_cast<double>(strengths.real) / 2 * g * g;
    for (const float g : at_fake.values()) loss += static_cast<double>(strengths.fake) / 2 * g * g;
    return loss / batch;
}

/// What D's gradients of a step are, against central differences of the objective.
template <class Loss>
void expect_gradients(GradientPenalties strengths, int accumulate = 1) {
    constexpr bool pairs = detail::ComparesPairs<Loss>;
    using Net = GAN<G, D, WithPenalty<Loss>>;
    Trainer<Net, Cpu, SGD> trainer({.generator = {.learning_rate = 0},
                                    .discriminator = {.learning_rate = 0},
                                    .accumulate = accumulate,
                                    .batch = batch,
                                    .seed = 4,
                                    .penalty = strengths});
    const GanLosses losses = trainer.step(real, noise);
    Workspace<G, Noise, Training> generator_run(batch);
    const View<Image> fake = generator_run.forward(trainer.generator(), noise);
    Model<D> model(Seed{5});
    REQUIRE(values(model.parameters) == values(trainer.discriminator().parameters));
    CHECK(static_cast<double>(losses.discriminator + losses.penalty) ==
          doctest::Approx(objective(model, fake, strengths, pairs)).epsilon(1e-5));
    const Values found = values(trainer.discriminator_gradients());
    double largest = 0, difference = 0;
    long compared = 0;
    for (std::size_t i = 0; i < found.size(); ++i) {
        float& parameter = model.parameters.data()[i];
        const float before = parameter;
        const auto moved = [&](float step) {
            parameter = before + step;
            model.prepare();
            return objective(model, fake, strengths, pairs);
        };
        const auto slope = [&](float step) {
            return (moved(step) - moved(-step)) / (static_cast<double>(before + step) - (before - step));
        };
        const double near = slope(5e-4f), far = slope(1e-3f);
        parameter = before;
        largest = std::max(largest, std::abs(near));
        // |dD/dx| jumps where a value before LeakyReLU passes 0: there is no difference quotient.
        if (std::abs(near - far) > 4e-3 * (1 + std::abs(near))) continue;
        ++compared;
        difference = std::max(difference, std::abs(near - static_cast<double>(found[i])));
    }
    CHECK(compared > static_cast<long>(found.size()) * 8 / 10);
    CHECK(difference < 6e-3 * std::max(1., largest));
}

}  // namespace

TEST_CASE("gradients of the loss of pairs and of R1 and R2 are those of differences") {
    expect_gradients<Relativistic>({});
    expect_gradients<Relativistic>({.real = 2});
    expect_gradients<Relativistic>({.fake = 3});
    expect_gradients<Relativistic>({.real = 2, .fake = 3});
    expect_gradients<BCEWithLogits>({.real = 2});
    expect_gradients<BCEWithLogits>({.fake = 3});
    expect_gradients<BCEWithLogits>({});
}

TEST_CASE("in micro-batches the gradients are the same") {
    expect_gradients<Relativistic>({.real = 2, .fake = 3}, 2);
    expect_gradients<BCEWithLogits>({.real = 2}, 3);
}
