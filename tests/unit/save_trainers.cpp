// What a trainer trains goes to one file; either half of a GAN is loaded alone.
#include <doctest/doctest.h>

#include <cstring>

#include "genotype/genotype.hpp"
#include "genotype/io/load_model.hpp"
#include "genotype/training/save.hpp"
#include "support/temporary_folder.hpp"

using namespace genotype;

namespace {

using Generator = Sequential<Linear<3, 8>, BN<8>, ReLU, Linear<8, 4>>;
using Discriminator = Sequential<Linear<4, 8>, LeakyReLU<0.2f>, Linear<8, 1>, Sigmoid>;

template <class Net>
bool same_weights(const Model<Net>& left, const Model<Net>& right) {
    const auto bytes = [](const auto& arena) { return static_cast<std::size_t>(arena.size()) * sizeof(float); };
    return std::memcmp(left.parameters.data(), right.parameters.data(), bytes(left.parameters)) == 0 &&
           (bytes(left.buffers) == 0 ||
            std::memcmp(left.buffers.data(), right.buffers.data(), bytes(left.buffers)) == 0);
}

}  // namespace

TEST_CASE("a GAN") {
    TemporaryFolder folder;
    Trainer<GAN<Generator, Discriminator>> trainer({.batch = 16, .seed = 9});
    for (int step = 0; step < 3; ++step) trainer.step(normal<Shape<4>>(16, Seed{static_cast<std::uint64_t>(step)}));
    save(trainer, folder / "gan.safetensors");

    const SafeTensors file(folder / "gan.safetensors");
    CHECK(file.tensors().size() == 4 + 2 + 3 + 4);
    CHECK(file.at("generator.3.weight").text() == "F32 [4, 8]");
    CHECK(file.at("discriminator.0.bias").text() == "F32 [8]");
    const std::string first = model_name<Generator>(), second = model_name<Discriminator>();
    CHECK(file.metadata() == FileMetadata{{"format", "pt"},
                                          {"genotype.model", "Adversarial<" + first + ", " + second + ">"},
                                          {"genotype.model.discriminator", second},
                                          {"genotype.model.generator", first},
                                          {"genotype.training", "3 steps of Adam, batches of up to 16, seed 9"},
                                          {"genotype.version", std::string(version)}});

    Model<Generator> generator;
    Model<Discriminator> discriminator;
    CHECK(load(generator, folder / "gan.safetensors", {.prefix = "generator."}).loaded == 9);
    CHECK(load(discriminator, folder / "gan.safetensors", {.prefix = "discriminator."}).loaded == 4);
    CHECK(same_weights(generator, trainer.generator()));
    CHECK(same_weights(discriminator, trainer.discriminator()));

    const std::string swapped =
        error_of([&] { load(generator, folder / "gan.safetensors", {.prefix = "discriminator."}); });
    CHECK(contains(swapped,
                   "as it was:\n\"genotype.model.discriminator\": found \"" + second + "\", expected \"" + first));
    const std::string whole = error_of([&] { load(generator, folder / "gan.safetensors"); });
    CHECK(contains(whole, "as it was (all of the model's names are there behind \"generator.\": "));
    CHECK(contains(whole, "):\n\"genotype.model\": found \"Adversarial<"));
}

TEST_CASE("a VAE") {
    TemporaryFolder folder;
    using Net = VAE<6, 5, 2>;
    Trainer<Net, Cpu, SGD> trainer({.batch = 4});
    trainer.step(normal<Shape<6>>(4, Seed{1}));
    CHECK(trainer.steps() == 1);
    save(trainer, folder / "vae.safetensors");
    Model<Net> model;
    CHECK(load(model, folder / "vae.safetensors").loaded == 12);
    CHECK(same_weights(model, trainer.model()));
    CHECK(SafeTensors(folder / "vae.safetensors").metadata().at("genotype.training") ==
          "1 steps of SGD, batches of up to 4, seed 0");
    Model<Net::Decoder> decoder;
    CHECK(load(decoder, folder / "vae.safetensors", {.prefix = "decoder."}).loaded == 6);
}
