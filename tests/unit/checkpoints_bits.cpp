// A training that was saved and resumed has the bytes of one that never stopped.
#include <doctest/doctest.h>
#include <omp.h>

#include <vector>

#include "genotype/checkpoint.hpp"
#include "genotype/data/moving_digits.hpp"
#include "genotype/data/text_windows.hpp"
#include "genotype/genotype.hpp"
#include "genotype/io.hpp"
#include "genotype/training/save.hpp"
#include "support/temporary_folder.hpp"

using namespace genotype;

namespace {

// With layers whose weights have prepared forms, buffers, and random numbers of their own.
using Generator = Sequential<ConvT<6, 16, 2, 1, 0>, BN<16>, ReLU, Dropout<0.2f>, ConvT<16, 1, 4, 2, 1>, Tanh>;
using Discriminator = Sequential<Conv<1, 16, 3, 1, 1>, BN<16>, LeakyReLU<0.2f>, Dropout<0.3f>, Conv<16, 1, 4, 1, 0>>;
using Net = GAN<Generator, Discriminator, BCEWithLogits>;
using Image = Shape<1, 4, 4>;
using Encoder = Sequential<Conv<1, 8, 3, 1, 1>, BN<8>, ReLU, Flatten, Dropout<0.2f>, Linear<128, 8>>;
using Decoder = Sequential<Linear<4, 24>, ReLU, Linear<24, 16>, Reshape<1, 4, 4>, Sigmoid>;
using Autoencoder = VariationalAutoencoder<Encoder, Decoder, MSE, Image>;

Dataset<Image> small_images() {
    ImageData images;
    images.count = 50;
    images.height = images.width = 4;
    images.channels = 1;
    for (int i = 0; i < 50 * 16; ++i) images.bytes.push_back(static_cast<std::uint8_t>(i * 37 % 251));
    for (int i = 0; i < 50; ++i) images.labels.push_back(i % 3);
    return Dataset<Image>(images, {0, 1});
}

void note(History& history, const GanLosses& losses) {
    history.add({losses.discriminator, losses.generator});
}
void note(History& history, const VaeLosses& losses) {
    history.add({losses.reconstruction, losses.kl});
}
void note(History& history, float loss) {
    history.add({loss, 0});
}

/// A whole training, and nothing of another's.
template <class Kind>
struct Run {
    explicit Run(const Dataset<Image>& data, typename Kind::Options options)
        : loader(data, {.batch = 8, .seed = 5}), trainer(options) {}

    void train(int steps, int threads) {
        omp_set_num_threads(threads);
        for (int step = 0; step < steps; ++step) note(history, trainer.step(loader.next()));
    }

    Loader<Image> loader;
    Kind trainer;
    History history{{"first", "second"}};
};

/// 4 steps, saved, and 9 more after a resume, over the end of an epoch; against 13 at once.
template <class Kind>
void expect_same_bytes(const typename Kind::Options& options) {
    const auto data = small_images();
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

using Gpt = Sequential<PositionalEmbedding<8, 16>, Residual<LayerNorm<16>, SelfAttention<16, 2>, Dropout<0.2f>>,
                       Residual<LayerNorm<16>, Linear<16, 24>, GELUTanh, Linear<24, 16>>>;
using TextModel = LanguageModel<Embedding<11, 16>, Gpt, TiedHead>;

/// The same of a text: windows in the place of a loader.
struct TextRun {
    explicit TextRun(const std::vector<int>& text) : windows(text, {.batch = 3, .context = 8, .seed = 5}) {
        initialize_gpt2(trainer.model(), Seed{7});
    }

    void train(int steps, int threads) {
        omp_set_num_threads(threads);
        for (int step = 0; step < steps; ++step) history.add({trainer.step(windows.next())});
    }

    TextWindows windows;
    Trainer<TextModel, Cpu, AdamW> trainer{{.optimizer = {.decayed = detail::Decayed::matrices},
                                            .schedule = Schedule::cosine(12, 3, 0.1f),
                                            .clip_norm = 1,
                                            .average = 0.9f,
                                            .batch = 3,
                                            .context = 8,
                                            .seed = 7}};
    History history{{"loss"}};
};

std::vector<int> small_text() {
    std::vector<int> text(100);
    for (std::size_t at = 0; at < text.size(); ++at) text[at] = static_cast<int>(at * at % 11);
    return text;
}

}  // namespace

TEST_CASE("a language model") {
    const std::vector<int> text = small_text();
    TemporaryFolder folder;
    TextRun whole(text);
    whole.train(13, 2);
    whole.trainer.save(folder / "whole", whole.windows, whole.history);
    TextRun first(text);
    first.train(5, 1);  // beyond the end of an epoch, which has four batches
    first.trainer.save(folder / "half", first.windows, first.history);
    TextRun second(text);
    second.train(2, 1);  // which leaves no trace
    second.trainer.resume(folder / "half", second.history, second.windows);
    CHECK(second.windows.position() == LoaderPosition{1, 1});
    second.train(8, 2);
    second.trainer.save(folder / "resumed", second.windows, second.history);
    CHECK((content_of(folder / "resumed") == content_of(folder / "whole")));

    // A checkpoint's windows and options are those of the training that resumes.
    const std::vector<int> longer(101);
    TextWindows others(longer, {.batch = 3, .context = 8, .seed = 5});
    CHECK_THROWS_WITH_AS(second.trainer.resume(folder / "half", others, second.history),
                         doctest::Contains("genotype.option.loader.tokens"), Error);
    CHECK_THROWS_AS(second.trainer.resume(folder / "half", second.history), Error);
    Trainer<TextModel, Cpu, AdamW> all_decayed({.batch = 3, .context = 8, .seed = 7});
    CHECK_THROWS_WITH_AS(all_decayed.resume(folder / "half", second.windows),
                         doctest::Contains("genotype.option.optimizer.decayed"), Error);
}

TEST_CASE("issue 20.4: videos of moving digits") {
    using Clip = Shape<1, 4, 6, 6>;
    using Video = VariationalAutoencoder<
        Sequential<Conv3d<1, 6, 3, Size3{1, 2, 2}, 1, Bias>, SiLU, Flatten, Linear<216, 8>>,
        Sequential<Linear<4, 72>, SiLU, Reshape<4, 2, 3, 3>, ConvT3d<4, 1, 4, 2, 1, Bias>, Sigmoid>, BCE, Clip>;
    ImageData digits = blank_images(5, 3, 3, 1);
    for (std::size_t at = 0; at < digits.bytes.size(); ++at)
        digits.bytes[at] = static_cast<std::uint8_t>(at * 37 % 251);
    struct VideoRun {
        explicit VideoRun(const ImageData& images, MovingDigitsOptions options = {.batch = 8, .videos = 30, .seed = 5})
            : videos(images, options) {}
        void train(int steps, int threads) {
            omp_set_num_threads(threads);
            for (int step = 0; step < steps; ++step) note(history, trainer.step(videos.next()));
        }
        MovingDigits<Clip> videos;
        Trainer<Video> trainer{{.average = 0.9f, .batch = 8, .seed = 7}};
        History history{{"reconstruction", "kl"}};
    };
    TemporaryFolder folder;
    VideoRun whole(digits);
    whole.train(13, 2);
    whole.trainer.save(folder / "whole", whole.videos, whole.history);
    VideoRun first(digits);
    first.train(5, 1);  // beyond the end of an epoch, which has three batches
    first.trainer.save(folder / "half", first.videos, first.history);
    VideoRun second(digits);
    second.train(2, 1);  // which leaves no trace
    second.trainer.resume(folder / "half", second.history, second.videos);
    CHECK(second.videos.position() == LoaderPosition{1, 2});
    second.train(8, 2);
    second.trainer.save(folder / "resumed", second.videos, second.history);
    CHECK((content_of(folder / "resumed") == content_of(folder / "whole")));

    // Videos that would go on otherwise.
    VideoRun faster(digits, {.batch = 8, .videos = 30, .speed = 0.2f, .seed = 5}), fewer(slice(digits, 0, 4));
    CHECK_THROWS_WITH_AS(faster.trainer.resume(folder / "half", faster.videos, faster.history),
                         doctest::Contains("genotype.option.loader.speed"), Error);
    CHECK_THROWS_WITH_AS(fewer.trainer.resume(folder / "half", fewer.videos, fewer.history),
                         doctest::Contains("genotype.option.loader.images"), Error);
}

TEST_CASE("a GAN") {
    expect_same_bytes<Trainer<Net>>({.schedule = Schedule::cosine(10, 3, 0.1f), .clip_norm = 1, .batch = 8, .seed = 7});
    expect_same_bytes<Trainer<Net, Cpu, RMSprop>>({.generator = {.momentum = 0.5f}, .average = 0.5f, .batch = 8});
}

TEST_CASE("issue 18.5: a classifier") {
    using Classes = Sequential<Conv<1, 8, 3, 1, 1>, BN<8>, ReLU, Flatten, Dropout<0.3f>, Linear<128, 3>>;
    expect_same_bytes<Trainer<Supervised<Classes, CrossEntropy, Image>>>(
        {.schedule = Schedule::cosine(10, 3, 0.1f), .clip_norm = 1, .average = 0.9f, .batch = 8, .seed = 7});
}

TEST_CASE("a GAN on another device") {
    expect_same_bytes<Trainer<Net, DirectConvolution<Cpu>, SGD>>(
        {.generator = {.momentum = 0.9f, .nesterov = true}, .discriminator = {.momentum = 0.9f}, .batch = 8});
}

TEST_CASE("a VAE") {
    expect_same_bytes<Trainer<Autoencoder>>({.clip_norm = 5, .average = 0.9f, .batch = 8, .seed = 7});
    expect_same_bytes<Trainer<Autoencoder, Cpu, AdamW>>(
        {.schedule = Schedule::step_decay(3, 0.5f), .beta = 2, .reconstruction = Reconstruction::mean_per_value});
    expect_same_bytes<Trainer<Autoencoder, Cpu, SGD>>({.batch = 8});
}

namespace {

/// Everything that the next step depends on.
template <class Kind>
std::string state_of(const Kind& trainer) {
    TemporaryFolder folder;
    trainer.save(folder / "state");
    return content_of(folder / "state");
}

/// Looks in every way that a model of images has; the trainer's state must stay as it is.
template <class Kind, class Look>
void expect_unchanged(const Kind& trainer, const std::string& way, Look look) {
    INFO(way);
    const std::string before = state_of(trainer);
    look();
    CHECK((state_of(trainer) == before));
}

}  // namespace

TEST_CASE("issue 17.1: looking at a VAE changes nothing") {
    const auto data = small_images();
    Run<Trainer<Autoencoder>> run(data, {.batch = 8, .seed = 7});
    run.train(4, 2);
    auto& trainer = run.trainer;
    const Tensor<Image> images = normal<Image>(8, Seed{1});
    expect_unchanged(trainer, "evaluate", [&] { trainer.evaluate(images); });
    expect_unchanged(trainer, "evaluate, a smaller batch", [&] { trainer.evaluate(images.view().slice(0, 3)); });
    expect_unchanged(trainer, "the model's reconstructions", [&] { trainer.model()(images); });
    expect_unchanged(trainer, "encode and decode", [&] {
        Workspace<Encoder, Image> encoder(8);
        Workspace<Decoder, Shape<4>> decoder(8);
        encode(trainer.model(), images, encoder);
        decode(trainer.model(), normal<Shape<4>>(8, Seed{2}), decoder);
    });
    expect_unchanged(trainer, "weights in a file", [&] {
        TemporaryFolder folder;
        save(trainer.model(), folder / "weights");
        save(trainer, folder / "trainer");
    });
    expect_unchanged(trainer, "summary", [] { summary<Autoencoder, Image>(8); });
    expect_unchanged(trainer, "a batch that is refused",
                     [&] { CHECK_THROWS_AS(trainer.step(Tensor<Image>(9)), Error); });
}

TEST_CASE("issue 17.1: looking at a GAN changes nothing") {
    const auto data = small_images();
    Run<Trainer<Net>> run(data, {.batch = 8, .seed = 7});
    run.train(4, 2);
    auto& trainer = run.trainer;
    expect_unchanged(trainer, "samples", [&] { trainer.generator()(normal<Shape<6, 1, 1>>(8, Seed{1})); });
    expect_unchanged(trainer, "answers", [&] { trainer.discriminator()(normal<Image>(8, Seed{1})); });
    expect_unchanged(trainer, "weights in a file", [&] {
        TemporaryFolder folder;
        save(trainer.generator(), folder / "weights");
        save(trainer, folder / "trainer");
    });
    expect_unchanged(trainer, "a batch that is refused",
                     [&] { CHECK_THROWS_AS(trainer.step(Tensor<Image>(9)), Error); });
}

TEST_CASE("issue 17.1: looking at a language model changes nothing") {
    const std::vector<int> text = small_text();
    TextRun run(text);
    run.train(3, 1);
    auto& trainer = run.trainer;
    const std::vector<int> windows(18, 3), wrong(18, 11);
    expect_unchanged(trainer, "evaluate", [&] { trainer.evaluate(windows); });
    expect_unchanged(trainer, "evaluate, a smaller batch", [&] { trainer.evaluate({windows.data(), 9}); });
    expect_unchanged(trainer, "logits", [&] { trainer.model()(Tensor<Shape<1>>(5)); });
    expect_unchanged(trainer, "a batch that is refused", [&] { CHECK_THROWS_AS(trainer.step(wrong), Error); });
    TextRun other(text);
    other.train(3, 1);
    CHECK(trainer.step(windows) == other.trainer.step(windows));
}
