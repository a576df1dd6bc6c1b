// Files that earlier versions wrote are opened for ever: weights, and a checkpoint of each trainer.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "genotype/checkpoint.hpp"
#include "genotype/data/text_windows.hpp"
#include "genotype/genotype.hpp"
#include "genotype/io.hpp"
#include "genotype/training/save.hpp"
#include "support/temporary_folder.hpp"

using namespace genotype;

// Each folder in golden/data/checkpoints is a format; `write_all` wrote what is there, compiled with the headers of
// that time. A format that changes gets a folder of its own beside the others.
namespace {

using Generator = Sequential<ConvT<3, 4, 2, 1, 0>, BN<4>, ReLU, ConvT<4, 1, 4, 2, 1>, Tanh>;
using Discriminator = Sequential<Conv<1, 4, 3, 1, 1>, BN<4>, LeakyReLU<0.2f>, Dropout<0.3f>, Conv<4, 1, 4, 1, 0>>;
using Net = GAN<Generator, Discriminator, BCEWithLogits>;
using Image = Shape<1, 4, 4>;
using Autoencoder = VAE<16, 6, 2>;
using TextModel = GPT2<GPT2Config{.vocabulary = 7, .context = 4, .width = 4, .layers = 1, .heads = 2, .hidden = 6}>;
using TextTrainer = Trainer<TextModel, Cpu, AdamW>;

template <ShapeType S>
Dataset<S> small_images() {
    ImageData images;
    images.count = 10;
    images.height = images.width = 4;
    images.channels = 1;
    for (int i = 0; i < 10 * 16; ++i) images.bytes.push_back(static_cast<std::uint8_t>(i * 37 % 251));
    return Dataset<S>(images, {0, 1});
}

const GanOptions<Adam> gan_options{
    .generator = {.beta1 = 0.5f}, .schedule = Schedule::cosine(9, 2, 0.1f), .clip_norm = 1, .batch = 4, .seed = 7};
const VaeOptions<SGD> vae_options{.optimizer = {.momentum = 0.5f}, .beta = 2, .batch = 4, .seed = 7};
const TextOptions<AdamW> text_options{
    .optimizer = {.decayed = detail::Decayed::matrices}, .clip_norm = 1, .batch = 2, .context = 4, .seed = 7};
constexpr int steps = 3;

struct Files {
    explicit Files(std::filesystem::path place) : folder(std::move(place)) {}

    void write_all() {
        for (int step = 0; step < steps; ++step) {
            history.add({gan.step(images.next()).generator});
            vae.step(vectors.next());
            text.step(windows.next());
        }
        gan.save(folder / "gan.safetensors", images, history);
        vae.save(folder / "vae.safetensors", vectors);
        text.save(folder / "text.safetensors", windows);
        save(gan, folder / "weights.safetensors");
    }

    std::filesystem::path folder;
    Dataset<Image> data = small_images<Image>();
    Dataset<Shape<16>> flat = small_images<Shape<16>>();
    std::vector<int> tokens = std::vector<int>(40, 3);
    Loader<Image> images{data, {.batch = 4, .seed = 5}};
    Loader<Shape<16>> vectors{flat, {.batch = 4, .seed = 5}};
    TextWindows windows{tokens, {.batch = 2, .context = 4, .seed = 5}};
    History history{{"generator"}};
    Trainer<Net> gan{gan_options};
    Trainer<Autoencoder, Cpu, SGD> vae{vae_options};
    TextTrainer text{text_options};
};

std::filesystem::path format_1() {
    return std::filesystem::path(GENOTYPE_GOLDEN_DIR) / "checkpoints/format_1";
}

/// The tensors of two files have the same names and bytes.
void expect_same_tensors(const std::filesystem::path& left, const std::filesystem::path& right) {
    const SafeTensors one(left), other(right);
    REQUIRE(one.tensors().size() == other.tensors().size());
    for (const TensorInfo& tensor : one.tensors()) {
        INFO(tensor.name);
        const TensorInfo& there = other.at(tensor.name);
        CHECK(there.text() == tensor.text());
        const auto found = one.bytes(tensor), expected = other.bytes(there);
        CHECK(std::equal(found.begin(), found.end(), expected.begin(), expected.end()));
    }
}

}  // namespace

TEST_CASE("issue 18.8: checkpoints of the first format resume, with every bit") {
    TemporaryFolder folder;
    Files files(folder.path());
    files.gan.resume(format_1() / "gan.safetensors", files.images, files.history);
    files.vae.resume(format_1() / "vae.safetensors", files.vectors);
    files.text.resume(format_1() / "text.safetensors", files.windows);
    CHECK(files.gan.steps() == steps);
    CHECK(files.vae.steps() == steps);
    CHECK(files.text.steps() == steps);
    CHECK(files.history.rows() == steps);
    files.gan.save(folder / "gan.safetensors", files.images, files.history);
    files.vae.save(folder / "vae.safetensors", files.vectors);
    files.text.save(folder / "text.safetensors", files.windows);
    for (const char* name : {"gan.safetensors", "vae.safetensors", "text.safetensors"})
        expect_same_tensors(folder / name, format_1() / name);
    files.gan.step(files.images.next());
    files.vae.step(files.vectors.next());
    files.text.step(files.windows.next());
}

TEST_CASE("issue 18.8: weights of the first format") {
    TemporaryFolder folder;
    Model<Generator> generator;
    Model<Discriminator> discriminator;
    CHECK(load(generator, format_1() / "weights.safetensors", {.prefix = "generator."}).loaded == 7);
    CHECK(load(discriminator, format_1() / "gan.safetensors", {.prefix = "discriminator."}).loaded == 7);
    Trainer<Net> trainer(gan_options);
    load(trainer, format_1() / "weights.safetensors");
    save(trainer, folder / "weights");
    expect_same_tensors(folder / "weights", format_1() / "weights.safetensors");
}

namespace {

// A layer as it was, under a new name that files have, too, under one that they have not, and with another meaning.
struct Scale : Linear<4, 4> {};
struct Rescale : Linear<4, 4> {
    static constexpr const char* name_in_files = "Scale";
};
struct Dense : Linear<4, 4> {
    static constexpr std::array former_names_in_files{"Matrix", "Scale"};
};
struct Another : Linear<4, 4> {
    static constexpr const char* name_in_files = "Scale.2";
};

struct Descent : SGD {};
struct StochasticDescent : SGD {
    static constexpr std::array former_names_in_files{"Descent"};
};

template <class L>
using Around = Sequential<Residual<L>, Tanh, Repeat<2, L>>;

}  // namespace

TEST_CASE("issue 18.8: a layer that is renamed opens the files of before") {
    TemporaryFolder folder;
    const auto path = folder / "weights.safetensors";
    save(Model<Around<Scale>>(Seed{3}), path);
    const SafeTensors file(path);
    CHECK(model_name<Around<Rescale>>() == model_name<Around<Scale>>());
    Model<Around<Rescale>> rescale;
    Model<Around<Dense>> dense;
    CHECK(load(rescale, path).loaded == 6);
    CHECK(load(dense, path).loaded == 6);
    CHECK(std::equal(dense.parameters.data(), dense.parameters.data() + dense.parameters.size(),
                     rescale.parameters.data()));

    Model<Around<Another>> another;
    CHECK_THROWS_WITH_AS(load(another, path), doctest::Contains("Scale.2"), Error);
    // What comes after is not read by what was before.
    save(dense, folder / "dense.safetensors");
    Model<Around<Scale>> scale;
    CHECK_THROWS_WITH_AS(load(scale, folder / "dense.safetensors"), doctest::Contains("Dense"), Error);
    // A former name is a whole name: "Scale" is none of "Scale.2".
    save(another, folder / "another.safetensors");
    CHECK_THROWS_WITH_AS(load(dense, folder / "another.safetensors"), doctest::Contains("Scale.2"), Error);
}

TEST_CASE("issue 18.8: an optimiser that is renamed resumes with the checkpoints of before") {
    TemporaryFolder folder;
    const auto path = folder / "training.safetensors";
    const SupervisedOptions<Descent> before{.optimizer = {{.momentum = 0.5f}}, .batch = 2};
    const SupervisedOptions<StochasticDescent> after{.optimizer = {{.momentum = 0.5f}}, .batch = 2};
    Trainer<Supervised<Around<Scale>, MSE, Shape<4>>, Cpu, Descent>(before).save(path);
    Trainer<Supervised<Around<Dense>, MSE, Shape<4>>, Cpu, StochasticDescent> trainer(after);
    trainer.resume(path);
    trainer.save(path);
    Trainer<Supervised<Around<Scale>, MSE, Shape<4>>, Cpu, Descent> older(before);
    CHECK_THROWS_WITH_AS(older.resume(path), doctest::Contains("StochasticDescent"), Error);
}
