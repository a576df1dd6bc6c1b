// The whole DCGAN on the processor against the plain loops: forward, gradients, and a step of training.
#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "genotype/genotype.hpp"
#include "support/dcgan.hpp"

using namespace genotype;
using dcgan::Discriminator;
using dcgan::Generator;

namespace {

constexpr int batch = 3;

/// The Euclidean distance, as a share of the right one's length.
double distance(const float* left, const float* right, long count) {
    double squares = 0, length = 0;
    for (long i = 0; i < count; ++i) {
        squares += std::pow(static_cast<double>(left[i]) - right[i], 2);
        length += static_cast<double>(right[i]) * right[i];
    }
    return std::sqrt(squares / length);
}

template <ShapeType S>
Tensor<S> draw(std::uint64_t seed) {
    Tensor<S> x(batch);
    fill_normal(Reference{}, x.size(), RandomState{.seed = seed}, x.data());
    return x;
}

template <Layer Net, detail::Owned What>
void expect_close(const float* left, const float* right, double tolerance) {
    for_each_tensor<Net, What>([&](const std::string& name, const Parameter& tensor, long offset) {
        if (tensor.initial.kind == Initial::counter) return;
        INFO(name);
        CHECK(distance(left + offset, right + offset, tensor.count()) < tolerance);
    });
}

template <Layer Net, ShapeType In>
void expect_same_runs() {
    using Out = OutputShape<Net, In>;
    Model<Net, Cpu> fast(Seed{3});
    Model<Net, Reference> plain(Seed{3});
    Workspace<Net, In, Training, Cpu> fast_run(batch);
    Workspace<Net, In, Training, Reference> plain_run(batch);
    const auto x = draw<In>(1);
    const auto dy = draw<Out>(2);
    const auto y = fast_run.forward(fast, View<In>(x));
    const auto expected = plain_run.forward(plain, View<In>(x));
    CHECK(distance(y.data, expected.data, y.size()) < 1e-5);

    Arena<> dx(x.size()), plain_dx(x.size()), gradients(parameter_floats<Net>()), plain_gradients(gradients.size());
    fast_run.backward(fast, x, dy, {.input_gradient = {dx.data(), batch}, .gradients = gradients});
    plain_run.backward(plain, x, dy, {.input_gradient = {plain_dx.data(), batch}, .gradients = plain_gradients});
    CHECK(distance(dx.data(), plain_dx.data(), x.size()) < 1e-4);
    expect_close<Net, detail::Owned::parameters>(gradients.data(), plain_gradients.data(), 1e-4);
    expect_close<Net, detail::Owned::buffers>(fast.buffers.data(), plain.buffers.data(), 1e-5);

    // With the running statistics that this left.
    const auto inferred = std::as_const(fast)(x), plainly = std::as_const(plain)(x);
    CHECK(distance(inferred.data(), plainly.data(), inferred.size()) < 1e-4);
}

}  // namespace

TEST_CASE("the generator") {
    expect_same_runs<Generator, Shape<100, 1, 1>>();
}

TEST_CASE("the discriminator") {
    expect_same_runs<Discriminator, Shape<3, 32, 32>>();
}

TEST_CASE("a step of training") {
    using Net = GAN<Generator, Discriminator>;
    Trainer<Net, Cpu> fast({.batch = batch, .seed = 3});
    Trainer<Net, Reference> plain({.batch = batch, .seed = 3});
    const auto real = draw<Shape<3, 32, 32>>(5);
    const auto noise = draw<Shape<100, 1, 1>>(6);
    const GanLosses found = fast.step(real, noise), expected = plain.step(real, noise);
    CHECK(found.discriminator == doctest::Approx(expected.discriminator).epsilon(1e-4));
    CHECK(found.generator == doctest::Approx(expected.generator).epsilon(1e-3));
    expect_close<Discriminator, detail::Owned::parameters>(fast.discriminator_gradients().data(),
                                                           plain.discriminator_gradients().data(), 1e-3);
    expect_close<Generator, detail::Owned::parameters>(fast.generator_gradients().data(),
                                                       plain.generator_gradients().data(), 5e-3);
}
