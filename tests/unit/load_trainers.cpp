// Trainings that somebody else began resume here, by the names that PyTorch's states have; and checkpoints are weights.
#include <doctest/doctest.h>

#include <cstring>

#include "genotype/checkpoint.hpp"
#include "genotype/genotype.hpp"
#include "support/temporary_folder.hpp"

using namespace genotype;

namespace {

using Generator = Sequential<Linear<3, 8>, BN<8>, ReLU, Linear<8, 4>>;
using Discriminator = Sequential<Linear<4, 8>, LeakyReLU<0.2f>, Linear<8, 1>, Sigmoid>;
using Net = GAN<Generator, Discriminator>;
using Autoencoder = VAE<4, 5, 2>;

const Tensor<Shape<4>>& batch() {
    static const Tensor<Shape<4>> values = normal<Shape<4>>(8, Seed{1});
    return values;
}

/// A file's tensors and texts, to be changed and written again as another program would.
struct Rewritten {
    explicit Rewritten(const std::filesystem::path& path) {
        const SafeTensors file(path);
        for (const TensorInfo& tensor : file.tensors()) {
            tensors.push_back(tensor);
            const auto from = file.bytes(tensor);
            bytes.emplace_back(reinterpret_cast<const char*>(from.data()), from.size());
        }
    }
    template <class Keep>
    void keep_if(Keep keep) {
        for (std::size_t at = tensors.size(); at-- > 0;)
            if (!keep(tensors[at].name)) {
                tensors.erase(tensors.begin() + static_cast<long>(at));
                bytes.erase(bytes.begin() + static_cast<long>(at));
            }
    }
    template <class Number>
    void set(const std::string& name, StorageType dtype, Number number) {
        for (std::size_t at = 0; at < tensors.size(); ++at)
            if (tensors[at].name == name) {
                tensors[at].dtype = dtype;
                bytes[at].assign(reinterpret_cast<const char*>(&number), sizeof number);
            }
    }
    void write(const std::filesystem::path& path, const FileMetadata& metadata = {}) const {
        save_safetensors(path, tensors, metadata,
                         [&](std::size_t at, TensorSink& sink) { sink.write(bytes[at].data(), bytes[at].size()); });
    }
    std::vector<TensorInfo> tensors;
    std::vector<std::string> bytes;
};

/// Of the next step alone.
template <class Trainer>
std::string next_weights(Trainer& trainer) {
    TemporaryFolder folder;
    trainer.step(batch());
    save(trainer, folder / "file");
    return content_of(folder / "file");
}

}  // namespace

TEST_CASE("names are those of PyTorch's states") {
    TemporaryFolder folder;
    Trainer<Net> adam({.batch = 8});
    adam.step(batch());
    adam.save(folder / "adam");
    const SafeTensors file(folder / "adam");
    CHECK(file.at("optimizer.generator.0.weight.exp_avg").text() == "F32 [8, 3]");
    CHECK(file.at("optimizer.discriminator.2.bias.exp_avg_sq").text() == "F32 [1]");
    CHECK(file.at("optimizer.generator.1.weight.step").text() == "F32 []");
    CHECK(file.find("optimizer.generator.1.running_mean.exp_avg") == nullptr);
    CHECK(file.tensors().size() == 13 + 3 * 10);

    const auto names = [&](auto trainer) {
        trainer.save(folder / "file");
        std::string text;
        const SafeTensors saved(folder / "file");
        for (const TensorInfo& tensor : saved.tensors())
            if (tensor.name.starts_with("optimizer.decoder.0.bias.")) text += tensor.name.substr(25) + " ";
        return text;
    };
    CHECK(names(Trainer<Autoencoder, Cpu, AdamW>()) == "exp_avg exp_avg_sq step ");
    CHECK(names(Trainer<Autoencoder, Cpu, SGD>()) == "");
    CHECK(names(Trainer<Autoencoder, Cpu, SGD>({.optimizer = {.momentum = 0.9f}})) == "momentum_buffer ");
    CHECK(names(Trainer<Autoencoder, Cpu, RMSprop>()) == "square_avg step ");
    CHECK(names(Trainer<Autoencoder, Cpu, RMSprop>({.optimizer = {.momentum = 0.9f}})) ==
          "square_avg momentum_buffer step ");
}

TEST_CASE("states have PyTorch's order of values") {
    TemporaryFolder folder;
    Trainer<Autoencoder, Cpu, SGD> trainer({.optimizer = {.learning_rate = 0, .momentum = 0.5f}});
    trainer.step(batch());  // after one step the buffer is the gradient
    trainer.save(folder / "file");
    const SafeTensors file(folder / "file");
    const auto there = file.bytes(file.at("optimizer.encoder.0.weight.momentum_buffer"));
    std::vector<float> values(there.size() / sizeof(float));
    std::memcpy(values.data(), there.data(), there.size());
    for (std::size_t out = 0; out < 5; ++out)
        for (std::size_t in = 0; in < 4; ++in)
            CHECK(values[out * 4 + in] == trainer.gradients().data()[in * 5 + out]);  // in memory (in, out)
}

TEST_CASE("a checkpoint's weights") {
    TemporaryFolder folder;
    Trainer<Net> gan({.batch = 8});
    Trainer<Autoencoder> vae;
    History history({"loss"});
    gan.step(batch());
    gan.save(folder / "gan", history);
    vae.save(folder / "vae", history);
    Model<Generator> generator(Seed{9});
    CHECK(load(generator, folder / "gan", {.prefix = "generator."}).loaded == 9);
    CHECK(std::memcmp(generator.parameters.data(), gan.generator().parameters.data(),
                      static_cast<std::size_t>(generator.parameters.size()) * sizeof(float)) == 0);
    Model<Autoencoder> model;
    CHECK(load(model, folder / "vae").loaded == 12);
    CHECK(contains(error_of([&] { load(generator, folder / "gan"); }), "\"discriminator.0.weight\": found F32"));
}

TEST_CASE("a file of another program's: weights, states and steps, and no metadata") {
    TemporaryFolder folder;
    Trainer<Net> first({.schedule = Schedule::cosine(9), .batch = 8, .seed = 4});
    for (int step = 0; step < 3; ++step) first.step(batch());
    first.save(folder / "checkpoint");
    Rewritten file(folder / "checkpoint");
    file.set("optimizer.generator.0.weight.step", StorageType::I64, std::int64_t{3});
    file.set("optimizer.generator.0.bias.step", StorageType::F64, 3.0);
    file.write(folder / "file");

    // The same but for the noise, which the file has not: made the same by steps of another's.
    Trainer<Net> second({.schedule = Schedule::cosine(9), .batch = 8, .seed = 4});
    for (int step = 0; step < 3; ++step) second.step(normal<Shape<4>>(8, Seed{5}));
    CHECK(load(second, folder / "file").loaded == 13 + 20);
    CHECK(second.steps() == 3);
    CHECK((next_weights(second) == next_weights(first)));

    // Other options are no matter here.
    Trainer<Net> third({.generator = {.learning_rate = 1}, .batch = 8});
    load(third, folder / "checkpoint");
    CHECK(third.steps() == 3);
}

TEST_CASE("weights alone leave the optimiser as it is") {
    TemporaryFolder folder;
    Trainer<Autoencoder> first({.seed = 4}), second;
    save(first, folder / "weights");
    second.step(batch());
    CHECK(load(second, folder / "weights").loaded == 12);
    CHECK(second.steps() == 1);
}

TEST_CASE("what does not fit is one error, and the training is as it was") {
    TemporaryFolder folder;
    Trainer<Autoencoder> trainer;
    trainer.step(batch());
    trainer.save(folder / "checkpoint");
    const std::string before = content_of(folder / "checkpoint");
    const auto refusal = [&](auto change) {
        Rewritten file(folder / "checkpoint");
        change(file);
        file.write(folder / "file");
        const std::string words = error_of([&] { load(trainer, folder / "file"); });
        trainer.save(folder / "after");
        CHECK((content_of(folder / "after") == before));
        return words;
    };
    const std::string name = "optimizer.encoder.0.weight.", step = name + "step";
    const auto set = [&](auto dtype, auto number) {
        return refusal([&](Rewritten& file) { file.set(step, dtype, number); });
    };
    CHECK(contains(
        refusal([&](Rewritten& file) { file.keep_if([&](const auto& word) { return word != name + "exp_avg"; }); }),
        "1 fault, and the model is as it was: \"" + name + "exp_avg\": found nothing, expected F32 [5, 4]"));
    CHECK(contains(refusal([&](Rewritten& file) { file.keep_if([&](const auto& word) { return word != step; }); }),
                   step + "\": found no, or two, of this name, expected one whole number of steps"));
    CHECK(contains(set(StorageType::F32, 2.f), "expected 2, as the tensors before it"));
    CHECK(contains(set(StorageType::F32, 1.5f), step + "\": found F32 [], expected one whole"));
    CHECK(contains(set(StorageType::F32, -1.f), "expected one whole"));
    CHECK(contains(set(StorageType::I64, std::int64_t{-1}), step + "\": found I64 [], expected one whole"));
    CHECK(contains(set(StorageType::F32, std::numeric_limits<float>::quiet_NaN()), "expected one whole"));
    CHECK(contains(refusal([&](Rewritten& file) { file.tensors[0].name = "optimizer.other.exp_avg"; }),
                   "\"optimizer.other.exp_avg\": found F32"));
    Trainer<Autoencoder, Cpu, SGD> sgd;
    CHECK(contains(error_of([&] { load(sgd, folder / "checkpoint"); }), "36 faults"));
    Trainer<Net> gan;
    CHECK(contains(error_of([&] { load(gan, folder / "checkpoint"); }), "\"genotype.model\": found \"Varia"));
}
