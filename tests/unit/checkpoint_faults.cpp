// What is no checkpoint of this training is refused, with all that differs, and the training is as it was.
#include <doctest/doctest.h>

#include "genotype/checkpoint.hpp"
#include "genotype/genotype.hpp"
#include "support/small_files.hpp"
#include "support/temporary_folder.hpp"

using namespace genotype;

namespace {

using Generator = Sequential<Linear<3, 8>, BN<8>, ReLU, Linear<8, 4>>;
using Discriminator = Sequential<Linear<4, 8>, LeakyReLU<0.2f>, Linear<8, 1>>;
using Net = GAN<Generator, Discriminator, BCEWithLogits>;
using Autoencoder = VAE<4, 5, 2>;

Dataset<Shape<4>> vectors(int count = 20) {
    ImageData images;
    images.count = count;
    images.height = images.width = 2;
    images.channels = 1;
    for (int i = 0; i < count * 4; ++i) images.bytes.push_back(static_cast<std::uint8_t>(i * 37 % 251));
    return Dataset<Shape<4>>(images, {0, 1});
}

/// Everything that a trainer is, as the bytes of a checkpoint.
template <class Trainer>
std::string bytes_of_training(const Trainer& trainer) {
    TemporaryFolder folder;
    trainer.save(folder / "state");
    return content_of(folder / "state");
}

/// The words of a refused resume, after which the trainer is as it was.
template <class Trainer, class... With>
std::string refusal(Trainer& trainer, const std::filesystem::path& path, With&... with) {
    const std::string before = bytes_of_training(trainer);
    const std::string words = error_of([&] { trainer.resume(path, with...); });
    CHECK((bytes_of_training(trainer) == before));
    return words;
}

/// The file with one text put in another's place, of the same length.
std::filesystem::path changed(const TemporaryFolder& folder, const std::filesystem::path& path, const std::string& from,
                              const std::string& to) {
    std::string content = content_of(path);
    const auto at = content.find(from);
    REQUIRE(at != std::string::npos);
    REQUIRE(from.size() == to.size());
    return folder.file("changed", content.replace(at, from.size(), to));
}

struct Files {
    Files() {
        for (int step = 0; step < 3; ++step) history.add({trainer.step(loader.next()).generator});
        trainer.save(path, loader, history);
    }
    TemporaryFolder folder;
    Dataset<Shape<4>> data = vectors();
    Loader<Shape<4>> loader{data, {.batch = 8}};
    History history{{"generator"}};
    Trainer<Net> trainer{{.batch = 8}};
    std::filesystem::path path = folder / "file";
};

}  // namespace

TEST_CASE("every option that differs is named") {
    Files files;
    Trainer<Net> other(
        {.generator = {.learning_rate = 1, .beta1 = 0.5f, .beta2 = 0.25f, .epsilon = 2, .weight_decay = 3},
         .discriminator = {.learning_rate = 4},
         .schedule = Schedule::cosine(50, 5, 0.5f),
         .clip_norm = 6,
         .batch = 16,
         .seed = 7});
    Loader<Shape<4>> loader(files.data, {.batch = 10,
                                         .shuffle = false,
                                         .seed = 3,
                                         .drop_last = false,
                                         .augmentation = {.flip = RandomHorizontalFlip{}}});
    const std::string words = refusal(other, files.path, loader);
    CHECK(contains(words, "/file: 18 faults, and the model is as it was:\n"));
    for (const char* part :
         {"generator.learning_rate\": found \"2e-04\", expected \"1\"",
          "generator.beta1\": found \"0.9\", expected \"0.5\"", "generator.beta2\": found \"0.999\", expected \"0.25\"",
          "generator.epsilon\": found \"1e-08\", expected \"2\"",
          "generator.weight_decay\": found \"0\", expected \"3\"",
          "discriminator.learning_rate\": found \"2e-04\", expected \"4\"",
          "schedule.kind\": found \"constant\", expected \"cosine\"", "schedule.warmup\": found \"0\", expected \"5\"",
          "schedule.steps\": found \"0\", expected \"50\"", "schedule.value\": found \"1\", expected \"0.5\"",
          "clip_norm\": found \"0\", expected \"6\"", "option.batch\": found \"8\", expected \"16\"",
          "option.seed\": found \"0\", expected \"7\"", "loader.batch\": found \"8\", expected \"10\"",
          "loader.shuffle\": found \"true\", expected \"false\"", "loader.seed\": found \"0\", expected \"3\"",
          "loader.drop_last\": found \"true\", expected \"false\"",
          "loader.augmentation.flip.p\": found \"0\", expected \"0.5\""})
        CHECK_MESSAGE(contains(words, part), part << " in\n" << words);
}

TEST_CASE("a VAE's options") {
    TemporaryFolder folder;
    Trainer<Autoencoder, Cpu, AdamW> saved;
    saved.save(folder / "file");
    Trainer<Autoencoder, Cpu, AdamW> other({.beta = 2, .reconstruction = Reconstruction::mean_per_value});
    const std::string words = refusal(other, folder / "file");
    CHECK(contains(words, "2 faults"));
    CHECK(contains(words, "option.beta\": found \"1\", expected \"2\""));
    CHECK(contains(words, "option.reconstruction\": found \"summed\", expected \"mean_per_value\""));
}

TEST_CASE("another optimizer, loss or model") {
    Files files;
    const auto words_of = [&](auto trainer) { return refusal(trainer, files.path, files.loader); };
    const std::string sgd = words_of(Trainer<Net, Cpu, SGD>({.generator = {.momentum = 0.5f}, .batch = 8}));
    CHECK(contains(sgd, "option.optimizer\": found \"Adam\", expected \"SGD\""));
    CHECK(contains(sgd, "option.generator.beta1\": found \"0.9\", expected no such option"));
    CHECK(contains(sgd, "\"optimizer.generator.0.weight.momentum_buffer\": found nothing, expected F32 [8, 3]"));
    CHECK(contains(sgd, "\"optimizer.generator.0.weight.exp_avg\": found F32 [8, 3], expected nothing"));
    CHECK(contains(words_of(Trainer<GAN<Generator, Discriminator, Hinge>>({.batch = 8})),
                   "1 fault, and the model is as it was: \"genotype.option.loss\": found \"BCEWithLogits\", "
                   "expected \"Hinge\""));
    const std::string wider =
        words_of(Trainer<GAN<Sequential<Linear<3, 9>, Linear<9, 4>>, Discriminator, BCEWithLogits>>({.batch = 8}));
    CHECK(contains(wider, "as it was:\n\"genotype.model\": found \"Adversarial<Sequential<Linear<3, 8, Bias>"));
    CHECK(contains(wider, "\"generator.0.weight\": found F32 [8, 3], expected F32 [9, 3]"));
    CHECK(contains(words_of(Trainer<Autoencoder>({.batch = 8})), "\"genotype.model\": found \"Adversarial<"));
}

TEST_CASE("a newer format, and weights alone") {
    Files files;
    CHECK(
        contains(refusal(files.trainer, changed(files.folder, files.path, "checkpoint\":\"1\"", "checkpoint\":\"2\"")),
                 "genotype.checkpoint: found \"2\", expected format 1: another version of genotype wrote this"));
    save(files.trainer, files.folder / "weights");
    CHECK(contains(refusal(files.trainer, files.folder / "weights"),
                   "genotype.checkpoint: found nothing, expected a checkpoint's format, as trainer.save(path) writes"));
}

TEST_CASE("pieces that are missing") {
    Files files;
    const auto without = [&](const std::string& from, const std::string& to) {
        return refusal(files.trainer, changed(files.folder, files.path, from, to), files.loader, files.history);
    };
    CHECK(contains(without("\"genotype.steps.generator\"", "\"genotype.stepx.generator\""),
                   "\"genotype.steps.generator\": found nothing, expected a whole number from 0"));
    CHECK(contains(without("steps.generator\":\"3\"", "steps.generator\":\"x\""), "found \"x\", expected a whole"));
    CHECK(contains(without("random.noise.position\"", "random.noise.positron\""),
                   "random.noise.position\": found nothing"));
    CHECK(contains(without("loader.batch\":\"1\"", "loader.batch\":\"2\""),
                   "loader.batch\": found \"2\", expected a whole "
                   "number from 0 to 1"));
    CHECK(contains(without("\"genotype.option.seed\"", "\"genotype.option.sand\""), "option.seed\": found nothing"));
    CHECK(contains(without("0.weight.exp_avg_sq\"", "0.weight.exp_avg_tq\""), "exp_avg_tq\": found F32"));
    CHECK(contains(without("\"genotype.history\"", "\"genotype.histury\""), "\"genotype.history\": found nothing"));
    CHECK(contains(without("columns\":\"generator\"", "columns\":\"generater\""),
                   "\"generater\", expected \"generator\""));

    CHECK(contains(refusal(files.trainer, files.path),
                   "1 fault, and the model is as it was: \"genotype.loader.epoch\": "
                   "found a loader's position, expected a loader for it"));
    files.trainer.save(files.folder / "alone");
    CHECK(contains(refusal(files.trainer, files.folder / "alone", files.loader), "loader.epoch\": found nothing"));
    const auto more = vectors(21);
    Loader<Shape<4>> longer(more, {.batch = 8});
    CHECK(
        contains(refusal(files.trainer, files.path, longer), "option.loader.samples\": found \"20\", expected \"21\""));
    files.trainer.resume(files.path, files.loader);  // a history may be left out
}

TEST_CASE("a file cut anywhere") {
    Files files;
    const std::string content = content_of(files.path);
    for (std::size_t size = 0; size < content.size(); size += content.size() / 50)
        CHECK(refusal(files.trainer, files.folder.file("cut", content.substr(0, size))) != "no error");
    CHECK(contains(refusal(files.trainer, files.folder / "absent"), "file: found No such file"));
}

TEST_CASE("a full disk, a lost folder, a name that is taken: the checkpoint before is untouched") {
    Files files;
    const std::string before = content_of(files.path);
    files.trainer.step(files.loader.next());
    {
        SmallFiles limit(3'000);
        CHECK(contains(error_of([&] { files.trainer.save(files.path, files.loader); }), "found File too large"));
    }
    CHECK(content_of(files.path) == before);
    CHECK(files.folder.entries() == 1);
    CHECK(contains(error_of([&] { files.trainer.save(files.folder / "no/file"); }), "folder: found no such folder"));
    std::filesystem::create_directory(files.folder / "taken");
    CHECK(contains(error_of([&] { files.trainer.save(files.folder / "taken"); }), "not a plain file"));
}

TEST_CASE("a read-only folder") {
    Files files;
    const std::string before = content_of(files.path);
    std::filesystem::permissions(files.folder.path(), std::filesystem::perms(0555));
    const uid_t user = ::geteuid();
    const bool changes = user == 0 && ::seteuid(65534) == 0;  // no folder is closed to root
    const std::string words = error_of([&] { files.trainer.save(files.path, files.loader); });
    if (changes) CHECK(::seteuid(user) == 0);
    std::filesystem::permissions(files.folder.path(), std::filesystem::perms(0755));
    CHECK(contains(words, "folder: found Permission denied, expected a writable folder"));
    CHECK(content_of(files.path) == before);
}
