// Devices whose memory is not the host's: batches are brought there, and files are read and written through copies.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <string>

#include "genotype/checkpoint.hpp"
#include "genotype/io.hpp"
#include "genotype/thrust.hpp"
#include "support/far_device.hpp"
#include "support/temporary_folder.hpp"

using namespace genotype;

namespace {

using Vae = VAE<12, 8, 3>;
using Gan = GAN<Sequential<ConvT<4, 6, 4, 1, 0>, BN<6>, ReLU, ConvT<6, 1, 4, 2, 1>, Tanh>,
                Sequential<Conv<1, 6, 4, 2, 1>, LeakyReLU<0.2f>, BN<6>, Conv<6, 1, 4, 1, 0>, Sigmoid>>;

template <ShapeType S>
Tensor<S> images(std::uint64_t seed) {
    Tensor<S> x(5);
    fill_uniform(Reference{}, x.size(), RandomState{.seed = seed}, 0, 1, x.data());
    return x;
}

template <class Net, ShapeType S>
void expect_the_same_training(const std::string& name) {
    const typename Trainer<Net, Far>::Options options{.average = 0.75f, .batch = 5, .seed = 3};
    const auto average_of = [](const auto& trainer) {
        if constexpr (requires { trainer.average_generator(); })
            return trainer.average_generator();
        else
            return trainer.average();
    };
    Trainer<Net, ThrustCpp> near(options);
    Trainer<Net, Far> far(options);
    const auto step = [](auto& trainer, std::uint64_t seed) { trainer.step(images<S>(seed)); };
    for (std::uint64_t seed = 0; seed < 3; ++seed) {
        step(near, seed);
        step(far, seed);
    }
    // The two files hold the same bytes but for the device's name.
    const TemporaryFolder folder;
    save(near, folder / "near.safetensors");
    save(far, folder / "far.safetensors");
    CHECK(content_of(folder / "near.safetensors") == content_of(folder / "far.safetensors"));

    far.save(folder / (name + ".checkpoint"));
    Trainer<Net, Far> resumed(options);
    resumed.resume(folder / (name + ".checkpoint"));
    step(near, 9);
    step(resumed, 9);
    save(near, folder / "near.safetensors");
    save(resumed, folder / "far.safetensors");
    CHECK(content_of(folder / "near.safetensors") == content_of(folder / "far.safetensors"));

    save(average_of(near), folder / "near_average.safetensors");
    save(average_of(resumed), folder / "far_average.safetensors");
    CHECK(content_of(folder / "near_average.safetensors") == content_of(folder / "far_average.safetensors"));

    // On from one device's training on another.
    Trainer<Net, ThrustCpp> other(options);
    other.resume(folder / (name + ".checkpoint"));
    CHECK(other.steps() == 3);
    step(other, 9);
    save(other, folder / "other.safetensors");
    CHECK(content_of(folder / "near.safetensors") == content_of(folder / "other.safetensors"));
    Trainer<Net, Cpu> on_cpu(options);
    on_cpu.resume(folder / (name + ".checkpoint"));
    step(on_cpu, 9);
    CHECK(on_cpu.steps() == 4);
}

struct kind : Given<Class<3>> {};

/// Gives its network labels by hand, of more classes than that knows.
template <bool has_scratch>
struct ByHand {
    using Network =
        Sequential<Linear<2, 4>, Let<kind, Of<kind>, Embedding<3, 4>>, Modulate<kind, 4, 4>, ReLU, Linear<4, 2>>;
    using Sample = Shape<2>;
    struct Losses {
        float error;
    };
    static constexpr long draws = 0;
    static constexpr int classes = 5;

    template <class Step>
    static void step(Step& s) {
        s.template learn<MSE>(&Losses::error, s.run(s.batch(), {given<kind>(s.labels())}), s.batch());
    }
};
template <>
struct ByHand<true> : ByHand<false> {
    using Scratch = Shapes<Sample>;
};

template <class Recipe, class Device>
std::string error_of_label(int label, bool after_a_step) {
    Trainer<Recipe, Device> trainer({.batch = 5});
    const auto x = images<Shape<2>>(1);
    if (after_a_step) trainer.step(x, std::vector<int>{0, 1, 2, 0, 1});
    const auto steps = trainer.steps();
    try {
        trainer.step(x, std::vector<int>{0, 1, 2, label, 1});
    } catch (const Error& error) {
        if (after_a_step && !Device::on_host) CHECK(trainer.steps() == steps);
        return error.what();
    }
    return "";
}

}  // namespace

TEST_CASE("issue 18.5: labels that a recipe gives a network by hand are looked at where the host reads them") {
    for (const bool after : {false, true}) {
        const std::string near = error_of_label<ByHand<false>, ThrustCpp>(4, after);
        CHECK(near == "kind: label of sample 3: found 4.000000, expected a whole number from 0 to 2");
        CHECK(error_of_label<ByHand<false>, Far>(4, after) == near);
        CHECK(error_of_label<ByHand<true>, Far>(4, after) == near);
        CHECK(error_of_label<ByHand<true>, Far>(2, after) == "");
        CHECK(error_of_label<ByHand<true>, Far>(5, after) ==
              "Trainer: label of sample 3: found 5, expected one of the recipe's classes, 0 to 4");
    }
}

TEST_CASE("a VAE") {
    expect_the_same_training<Vae, Shape<12>>("vae");
}
TEST_CASE("a GAN") {
    expect_the_same_training<Gan, Shape<1, 8, 8>>("gan");
}
TEST_CASE("a summary says in whose memory the plan is") {
    using Net = Sequential<Linear<1000, 500>, ReLU>;
    const std::string far = summary<Net, Shape<1000>, Far>(10), near = summary<Net, Shape<1000>, ThrustCpp>(10);
    const std::string plan = "parameters 2.00 MB, packed forms 0.00 MB; for a batch of 10: ";
    CHECK(far.find("\nin the device's memory: " + plan) != std::string::npos);
    CHECK(near.find("\n" + plan) != std::string::npos);
}
TEST_CASE("a model's answer, saved and loaded") {
    using Net = Sequential<Linear<12, 7>, ReLU, Linear<7, 2>>;
    const Model<Net, Far> far(Seed{5});
    const Model<Net, ThrustCpp> near(Seed{5});
    const auto x = images<Shape<12>>(1);
    const auto expected = near(x);
    const auto same_values = [&](const auto& y) {
        return std::equal(expected.values().begin(), expected.values().end(), y.values().begin());
    };
    CHECK(same_values(far(x)));
    const TemporaryFolder folder;
    save(far, folder / "model.safetensors");
    Model<Net, Far> loaded(Seed{6});
    CHECK(!same_values(loaded(x)));
    load(loaded, folder / "model.safetensors");
    CHECK(same_values(loaded(x)));
}
