// A device that carries something: it is passed on from whoever makes a model or a trainer to every layer and kernel.
#include <doctest/doctest.h>

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "genotype/genotype.hpp"
#include "genotype/testing.hpp"
#include "genotype/text.hpp"

using namespace genotype;

namespace {

/// What is counted: layers and kernels that ran on a device that somebody was given, and on one made anew.
struct Seen {
    long given = 0;
    static inline long made_anew = 0;
};

struct Carrying : Reference {
    Seen* seen = nullptr;

    Carrying() = default;
    explicit constexpr Carrying(Seen& counts) : seen(&counts) {}

    void note() const { ++(seen ? seen->given : Seen::made_anew); }

    template <Layer L>
    int watch(RunDirection, Dims) const {
        note();
        return 0;
    }
};

const Reference& within(const Carrying& device) {
    device.note();
    return device;
}

template <class... A>
void update(const Carrying& device, A&&... a) {
    update(within(device), std::forward<A>(a)...);
}
template <class... A>
void map(const Carrying& device, A&&... a) {
    map(within(device), std::forward<A>(a)...);
}
template <class... A>
void sum(const Carrying& device, A&&... a) {
    sum(within(device), std::forward<A>(a)...);
}
template <class... A>
void fill_normal(const Carrying& device, A&&... a) {
    fill_normal(within(device), std::forward<A>(a)...);
}
template <class... A>
void fill_uniform(const Carrying& device, A&&... a) {
    fill_uniform(within(device), std::forward<A>(a)...);
}

/// Runs `work` with a device that counts, and checks that nothing ran on another.
template <class Work>
void expect_carried(Work&& work) {
    Seen seen;
    Seen::made_anew = 0;
    work(Carrying(seen));
    CHECK(seen.given > 0);
    CHECK(Seen::made_anew == 0);
}

template <ShapeType S>
Tensor<S> noise(int batch) {
    Tensor<S> values(batch);
    fill_uniform(Reference{}, values.size(), RandomState{.seed = 3}, 0, 1, values.data());
    return values;
}

}  // namespace

TEST_CASE("a device made anew is seen") {
    Seen::made_anew = 0;
    Model<Linear<2, 2>, Carrying> model;
    CHECK(Seen::made_anew > 0);
}

TEST_CASE("a model, its workspace and its inference run on the device that they are given") {
    using Net = Sequential<Conv<1, 2, 3>, BN<2>, ReLU, Residual<Conv<2, 2, 3, 1, 1>, Tanh>, Repeat<2, Conv<2, 2, 1>>>;
    expect_carried([](const Carrying& device) {
        Model<Net, Carrying> model(Seed{1}, device);
        const auto x = noise<Shape<1, 5, 5>>(2);
        model(x);
        auto memory = model.workspace<Shape<1, 5, 5>>(2);
        model(x, memory);
        Workspace<Net, Shape<1, 5, 5>, Training, Carrying> run(2, device);
        run.infer(model, x);
        run.forward(model, x);
        const auto dy = noise<Shape<2, 3, 3>>(2);
        run.backward(model, x, dy, {});
    });
}

TEST_CASE("a VAE's trainer runs on the device that it is given") {
    expect_carried([](const Carrying& device) {
        Trainer<VAE<12, 6, 2>, Carrying> trainer({.clip_norm = 1, .batch = 3}, device);
        trainer.step(noise<Shape<12>>(3));
        trainer.evaluate(noise<Shape<12>>(3));
    });
}

TEST_CASE("a GAN's trainer runs on the device that it is given") {
    using Net =
        Adversarial<Sequential<Linear<3, 5>, Tanh>, Sequential<Linear<5, 4>, LeakyReLU<0.2f>, Linear<4, 1>>, Hinge>;
    expect_carried([](const Carrying& device) {
        Trainer<Net, Carrying> trainer({.clip_norm = 1, .batch = 3}, device);
        trainer.step(noise<Shape<5>>(3));
    });
}

TEST_CASE("a language model's trainer and its texts run on the device that they are given") {
    using Body = Sequential<Residual<LayerNorm<8>, SelfAttention<8, 2>>, LayerNorm<8>>;
    using Net = LanguageModel<Embedding<10, 8>, Body, TiedHead>;
    expect_carried([](const Carrying& device) {
        Trainer<Net, Carrying, AdamW> trainer({.clip_norm = 1, .batch = 2, .context = 3}, device);
        initialize_llama(trainer.model(), Seed{1});
        trainer.step(std::vector{1, 2, 3, 4, 5, 6, 7, 8});
        trainer.evaluate(std::vector{1, 2, 3, 4});
        TextRun<Net, Carrying> run(trainer.model(), {.context = 4}, device);
        const kernels::SequenceRows text{.row = 0, .count = 2};
        run.forward(std::vector{1, 2}, {&text, 1});
    });
}

TEST_CASE("checks of gradients run on the device that they are given") {
    expect_carried(
        [](const Carrying& device) { CHECK(check_gradients<Linear<3, 2>, Shape<3>, Carrying>({}, device).passed); });
}
