// A training that was saved and resumed has the bytes of one that never stopped.
#include <doctest/doctest.h>
#include <omp.h>

#include "genotype/checkpoint.hpp"
#include "genotype/genotype.hpp"
#include "support/temporary_folder.hpp"

using namespace genotype;

namespace {

using Generator = Sequential<Linear<6, 24>, BN<24>, ReLU, Dropout<0.2f>, Linear<24, 16>, Tanh>;
using Discriminator = Sequential<Linear<16, 24>, LeakyReLU<0.2f>, Dropout<0.3f>, Linear<24, 24>, BN<24>, Linear<24, 1>>;
using Net = GAN<Generator, Discriminator, BCEWithLogits>;
using Encoder = Sequential<Linear<16, 24>, BN<24>, ReLU, Dropout<0.2f>, Linear<24, 8>>;
using Decoder = Sequential<Linear<4, 24>, ReLU, Linear<24, 16>, Sigmoid>;
using Autoencoder = VariationalAutoencoder<Encoder, Decoder>;

Dataset<Shape<16>> vectors() {
    Pictures pictures;
    pictures.count = 50;
    pictures.height = pictures.width = 4;
    pictures.channels = 1;
    for (int i = 0; i < 50 * 16; ++i) pictures.bytes.push_back(static_cast<std::uint8_t>(i * 37 % 251));
    return Dataset<Shape<16>>(pictures, {0, 1});
}

void note(History& history, const GanLosses& losses) {
    history.add({losses.discriminator, losses.generator});
}
void note(History& history, const VaeLosses& losses) {
    history.add({losses.reconstruction, losses.kl});
}

/// A whole training, and nothing of another's.
template <class Kind>
struct Run {
    explicit Run(const Dataset<Shape<16>>& data, typename Kind::Options options)
        : loader(data, {.batch = 8, .seed = 5}), trainer(options) {}

    void train(int steps, int threads) {
        omp_set_num_threads(threads);
        for (int step = 0; step < steps; ++step) note(history, trainer.step(loader.next()));
    }

    Loader<Shape<16>> loader;
    Kind trainer;
    History history{{"first", "second"}};
};

/// 4 steps, saved, and 9 more after a resume, over the end of an epoch; against 13 at once.
template <class Kind>
void expect_same_bytes(const typename Kind::Options& options) {
    const auto data = vectors();
    TemporaryFolder folder;
    Run<Kind> whole(data, options);
    whole.train(13, 2);
    whole.trainer.save(folder / "whole", whole.loader, whole.history);
    const std::string expected = content_of(folder / "whole");

    for (int before : {1, 2})
        for (int after : {1, 2}) {
            INFO(before << " threads, then " << after);
            Run<Kind> first(data, options);
            first.train(4, before);
            first.trainer.save(folder / "half", first.loader, first.history);
            Run<Kind> second(data, options);
            second.train(2, after);  // which leaves no trace
            second.trainer.resume(folder / "half", second.loader, second.history);
            CHECK(second.trainer.steps() == 4);
            CHECK(second.history.rows() == 4);
            second.trainer.save(folder / "again", second.loader, second.history);
            CHECK(content_of(folder / "again") == content_of(folder / "half"));
            second.train(9, after);
            second.trainer.save(folder / "resumed", second.loader, second.history);
            CHECK((content_of(folder / "resumed") == expected));
        }
}

}  // namespace

TEST_CASE("a GAN") {
    expect_same_bytes<Trainer<Net>>({.schedule = Schedule::cosine(10, 3, 0.1f), .clip_norm = 1, .batch = 8, .seed = 7});
    expect_same_bytes<Trainer<Net, Cpu, RMSprop>>({.generator = {.momentum = 0.5f}, .batch = 8});
}

TEST_CASE("a GAN on another device") {
    expect_same_bytes<Trainer<Net, Exact<Cpu>, SGD>>(
        {.generator = {.momentum = 0.9f, .nesterov = true}, .discriminator = {.momentum = 0.9f}, .batch = 8});
}

TEST_CASE("a VAE") {
    expect_same_bytes<Trainer<Autoencoder>>({.clip_norm = 5, .batch = 8, .seed = 7});
    expect_same_bytes<Trainer<Autoencoder, Cpu, AdamW>>(
        {.schedule = Schedule::step_decay(3, 0.5f), .beta = 2, .reconstruction = Reconstruction::mean_per_value});
    expect_same_bytes<Trainer<Autoencoder, Cpu, SGD>>({.batch = 8});
}
