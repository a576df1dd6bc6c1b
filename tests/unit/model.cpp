// A model in use: inference is const and re-entrant, batches from 1 to the capacity, errors beyond it.
#include "genotype/network/model.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "genotype/layers/dropout.hpp"
#include "genotype/layers/embedding.hpp"
#include "genotype/layers/linear.hpp"
#include "genotype/layers/positional_embedding.hpp"
#include "genotype/network/part.hpp"
#include "genotype/network/repeat.hpp"
#include "genotype/network/residual.hpp"
#include "support/devices.hpp"
#include "support/dcgan.hpp"

using namespace genotype;

namespace {

using In = Shape<8, 1, 1>;
using Net = Sequential<ConvT<8, 16, 4, 1, 0>, BN<16>, ReLU, Residual<Conv<16, 16, 3, 1, 1>, BN<16>, Tanh>, Dropout<>,
                       Repeat<2, Conv<16, 16, 3, 1, 1>, ReLU>, ConvT<16, 3, 4, 2, 1>, Tanh>;
using Out = OutputShape<Net, In>;

template <ShapeType S>
Tensor<S> noise(int batch, std::uint64_t seed) {
    Tensor<S> x(batch);
    fill_normal(Reference{}, x.size(), RandomState{.seed = seed}, x.data());
    return x;
}

template <ShapeType S>
std::vector<float> copy(View<S> view) {
    return {view.values().begin(), view.values().end()};
}

/// One layer after the other, each with memory of its own.
template <class Chain, int I = 0, class Device, ShapeType S>
std::vector<float> one_by_one(const Model<Chain, Device>& model, View<S> x) {
    if constexpr (I == Chain::size) {
        return copy(x);
    } else {
        Workspace<typename Chain::template child<I>, S, Inference, Device> memory(x.batch);
        auto layer = part<I>(model);
        return one_by_one<Chain, I + 1>(model, memory.forward(layer, x));
    }
}

}  // namespace

TEST_CASE_TEMPLATE("a chain is its layers one by one", Device, GENOTYPE_TESTED_DEVICES) {
    const Model<Net, Device> model(Seed{7});
    const auto x = noise<In>(3, 1);
    auto memory = model.workspace(3);
    CHECK(copy(model(x, memory)) == one_by_one(model, x.view()));

    using InPlace = Sequential<Tanh, Dropout<>, Linear<9, 7>, Sigmoid, Tanh, Dropout<>, Linear<7, 20>, Linear<20, 4>,
                               Linear<4, 30>, Tanh, Dropout<>>;
    const Model<InPlace, Device> other(Seed{8});
    const auto values = noise<Shape<9>>(5, 2);
    auto more_memory = other.template workspace<Shape<9>>(5);
    CHECK(copy(other(values, more_memory)) == one_by_one(other, values.view()));
    CHECK(values(0, 0) == noise<Shape<9>>(5, 2)(0, 0));
}

TEST_CASE("one model answers 8 threads at once, each with its own workspace, as it answers one") {
    const Model<Net> model(Seed{7});
    constexpr int threads = 8, rounds = 20;
    std::vector<Tensor<In>> inputs;
    std::vector<std::vector<float>> alone;
    auto memory = model.workspace(threads);
    for (int t = 0; t < threads; ++t) {
        inputs.push_back(noise<In>(1 + t, static_cast<std::uint64_t>(t)));
        alone.push_back(copy(model(inputs.back(), memory)));
    }
    const auto parameters = model.parameters.clone(), buffers = model.buffers.clone();

    std::vector<int> different(threads, 0);
    std::vector<std::thread> running;
    for (int t = 0; t < threads; ++t)
        running.emplace_back([&, t] {
            auto own = model.workspace(1 + t);
            for (int round = 0; round < rounds; ++round)
                different[static_cast<std::size_t>(t)] +=
                    copy(model(inputs[static_cast<std::size_t>(t)], own)) != alone[static_cast<std::size_t>(t)];
        });
    for (std::thread& thread : running) thread.join();
    CHECK(different == std::vector<int>(threads, 0));
    CHECK(std::equal(parameters.data(), parameters.data() + parameters.size(), model.parameters.data()));
    CHECK(std::equal(buffers.data(), buffers.data() + buffers.size(), model.buffers.data()));
}

TEST_CASE_TEMPLATE("a sample's answer does not depend on the batch that it comes in", Device, GENOTYPE_TESTED_DEVICES) {
    const Model<Net, Device> model(Seed{1});
    const auto x = noise<In>(5, 3);
    auto memory = model.workspace(5);
    const auto all = copy(model(x, memory));
    for (int batch = 1; batch <= 5; ++batch)
        for (int first = 0; first + batch <= 5; ++first) {
            const auto some = copy(model(x.view().slice(first, batch), memory));
            CHECK(std::equal(some.begin(), some.end(), all.begin() + first * Out::count));
        }
}

TEST_CASE("batches beyond the capacity") {
    const Model<Net> model;
    auto memory = model.workspace(4);
    CHECK(memory.capacity() == 4);
    const auto x = noise<In>(5, 0);
    CHECK_NOTHROW(model(x.view().slice(0, 4), memory));
    CHECK_THROWS_WITH_AS(model(x, memory), "Workspace: batch: found 5, expected 1 to its capacity of 4", Error);
    CHECK_THROWS_WITH_AS(model(x.view().slice(0, 0), memory),
                         "Workspace: batch: found 0, expected 1 to its capacity of 4", Error);
    CHECK_THROWS_WITH_AS(model(View<In>{x.data(), -2}, memory),
                         "Workspace: batch: found -2, expected 1 to its capacity of 4", Error);
    CHECK_THROWS_WITH_AS(model.workspace(0), "Workspace: capacity: found 0, expected 1 or more samples", Error);
    CHECK_THROWS_WITH_AS(Tensor<In>(-1), "Tensor: batch: found -1, expected 0 or more", Error);

    Workspace<Net, In, Training> training(4);
    CHECK_THROWS_WITH_AS(training.backward(model, View<In>(x), {nullptr, 5}, {}),
                         "Workspace: batch: found 5, expected 1 to its capacity of 4", Error);
}

TEST_CASE("with memory of its own, a model takes any batch and any size of image") {
    const Model<Net> model(Seed{2});
    CHECK(model(Tensor<In>(0)).batch() == 0);
    const auto x = noise<In>(3, 5);
    auto memory = model.workspace(3);
    const auto y = model(x);
    CHECK(y.batch() == 3);
    CHECK(std::vector<float>(y.values().begin(), y.values().end()) == copy(model(x, memory)));

    const Tensor<Shape<3, 16, 24>> larger = model(noise<Shape<8, 5, 9>>(2, 1));
    CHECK(larger.batch() == 2);
}

TEST_CASE("a seed says all initial values") {
    const Model<Net> one(Seed{3}), same(Seed{3}), other(Seed{4});
    const Model<Net, Reference> elsewhere(Seed{3});
    const auto equal = [&](const float* values) {
        return std::equal(values, values + one.parameters.size(), one.parameters.data());
    };
    CHECK(equal(same.parameters.data()));
    CHECK(equal(elsewhere.parameters.data()));
    CHECK(!equal(other.parameters.data()));
    // PyTorch's U(-1/sqrt(fan in), 1/sqrt(fan in)): of 16 x 16 x 3 x 3 weights some lie near the ends.
    Model<Sequential<Conv<16, 16, 3>>> conv;
    const auto [low, high] = std::minmax_element(conv.parameters.data(), conv.parameters.data() + 16 * 16 * 9);
    CHECK(*low >= -1.0 / 12);
    CHECK(*low < -0.99 / 12);
    CHECK(*high <= 1.0 / 12);
    CHECK(*high > 0.99 / 12);
}

TEST_CASE("issue 17.29: a backward run knows the sizes of what it is given") {
    const Model<Net> model;
    Model<Net> trained;
    Workspace<Net, In, Training> run(5);
    const auto x = noise<In>(5, 0);
    const Tensor<Out> derivative(5), few(3);
    Tensor<In> dx(5), small(3);
    Arena<> gradients(parameter_floats<Net>()), others(parameter_floats<Net>() + 16);
    const auto fails = [&](auto call, const char* words) { CHECK_THROWS_WITH_AS(call(), words, Error); };
    fails([&] { run.backward(model, x, derivative, {}); },
          "Workspace: batch of the forward run: found 0, expected 5");
    fails([&] { run.forward(trained, View<In>(x)); },
          "Dropout: random state: found none, expected one, the last argument of the forward run");
    RandomState random{.seed = 1, .stream = streams::layers};
    run.forward(trained, View<In>(x), &random);
    run.backward(model, x, derivative, {.input_gradient = dx, .gradients = gradients});
    fails([&] { run.backward(model, x, few, {}); },
          "Workspace: batch of the output's gradient: found 3, expected 5");
    fails([&] { run.backward(model, x.view().slice(0, 3), few, {}); },
          "Workspace: batch of the forward run: found 5, expected 3");
    fails([&] { run.backward(model, x, derivative, {.input_gradient = small}); },
          "Workspace: batch of the input's gradient: found 3, expected 5");
    const std::string words = "Workspace: floats of the gradients: found " + std::to_string(others.size()) +
                              ", expected " + std::to_string(gradients.size()) + ", those of the model's parameters";
    fails([&] { run.backward(model, x, derivative, {.gradients = others}); }, words.c_str());
    // After a look as inference has it there is nothing to go back through.
    run.infer(model, x);
    fails([&] { run.backward(model, x, derivative, {}); },
          "Workspace: batch of the forward run: found 0, expected 5");
}

TEST_CASE("issue 17.1: a training's memory serves inference, which writes nothing of the model") {
    const Model<Net> model(Seed{2});
    Workspace<Net, In, Training> run(5);
    Workspace<Net, In> alone(5);
    const auto x = noise<In>(5, 0);
    for (const int samples : {5, 2}) {
        const View<In> some = x.view().slice(0, samples);
        CHECK(copy(run.infer(model, some)) == copy(model(some, alone)));
    }
    CHECK_THROWS_WITH_AS(run.infer(model, View<In>{x.data(), 6}),
                         "Workspace: batch: found 6, expected 1 to its capacity of 5", Error);
}

TEST_CASE_TEMPLATE("issue 17.5: tokens and positions that no table has are refused by a run by hand", Device,
                   GENOTYPE_TESTED_DEVICES) {
    using Tokens = Sequential<Embedding<11, 4>, PositionalEmbedding<6, 4>>;
    const Model<Tokens, Device> model(Seed{2});
    Workspace<Tokens, Shape<1>, Inference, Device> memory(8);
    const auto words_to = [&](const std::vector<float>& ids) -> std::string {
        try {
            model(View<Shape<1>>{ids.data(), static_cast<int>(ids.size())}, memory);
        } catch (const Error& error) {
            return error.what();
        }
        return "";
    };
    CHECK(words_to({0, 10, 3, 3, 3, 3}) == "");
    CHECK(words_to({0, 11}) == "Embedding: token 1: found 11.000000, expected a whole number from 0 to 10");
    for (const float wrong : {-1.f, 0.5f, 1e30f, std::numeric_limits<float>::quiet_NaN()})
        CHECK(words_to({wrong}).find("Embedding: token 0: found") == 0);
    CHECK(words_to({1, 2, 3, 4, 5, 6, 7}) == "PositionalEmbedding: positions of text 0: found 7, expected 6 at most");
}
