// After set-up nothing allocates: no step of training, no sampling, no inference, no batch of a loader.
#include <doctest/doctest.h>
#include <omp.h>

#include <vector>

#include "genotype/data/loader.hpp"
#include "genotype/data/moving_digits.hpp"
#include "genotype/data/text_windows.hpp"
#include "genotype/diffusion.hpp"
#include "genotype/flow.hpp"
#include "genotype/genotype.hpp"
#include "genotype/training/history.hpp"
#include "support/count_allocations.hpp"

using namespace genotype;

namespace {

using Generator = Sequential<ConvT<16, 32, 4, 1, 0>, BN<32>, ReLU, ConvT<32, 16, 4, 2, 1>, BN<16>, ReLU,
                             Residual<Conv<16, 16, 3, 1, 1>, BN<16>, Tanh>, ConvT<16, 1, 4, 2, 1>, Tanh>;
using Discriminator = Sequential<Conv<1, 16, 4, 2, 1>, LeakyReLU<0.2f>, Dropout<0.1f>, Conv<16, 32, 4, 2, 1>, BN<32>,
                                 LeakyReLU<0.2f>, Repeat<2, Conv<32, 32, 3, 1, 1>, SiLU>, Conv<32, 1, 4, 1, 0>>;
using Net = GAN<Generator, Discriminator, BCEWithLogits>;
using Image = Shape<1, 16, 16>;
using Autoencoder = VAE<256, 64, 8>;

struct moment : Given<Shape<1>> {};

Dataset<Image> images(int count) {
    ImageData result;
    result.count = count;
    result.height = result.width = 16;
    result.channels = 1;
    for (int i = 0; i < count * 256; ++i) result.bytes.push_back(static_cast<std::uint8_t>(i * 7 % 256));
    for (int i = 0; i < count; ++i) result.labels.push_back(i % 10);
    return Dataset<Image>(result, {-1, 1});
}

/// Nothing is allocated when `work` runs again. (The first time OpenMP's runtime starts its threads.)
template <class Work>
void expect_none(Work work) {
    for (int threads : {1, 3}) {
        INFO(threads << " threads");
        omp_set_num_threads(threads);
        work();
        const long news = counted::news, mallocs = counted::mallocs;
        work();
        const long news_after = counted::news, mallocs_after = counted::mallocs;
        CHECK(news_after == news);
        CHECK(mallocs_after == mallocs);
    }
}

}  // namespace

TEST_CASE("the counters count") {
    const long news = counted::news, mallocs = counted::mallocs;
    { const Arena<> arena(1000); }
    // Through volatile pointers: Clang leaves out what is given back at once.
    int* volatile number = new int;
    delete number;
    const long news_after = counted::news;
    CHECK(news_after == news + 1);  // an arena is no object: it takes calloc
    void* volatile memory = std::malloc(100);
    std::free(memory);
    const long mallocs_after = counted::mallocs;
    if (counted::counts_mallocs) CHECK(mallocs_after == mallocs + 3);
}

TEST_CASE("a GAN's steps") {
    Trainer<Net> trainer({.schedule = Schedule::cosine(100, 2), .clip_norm = 1, .average = 0.9f, .batch = 16});
    Tensor<Image> real(16);
    fill_normal(Cpu{}, real.size(), RandomState{}, real.data());
    expect_none([&] {
        trainer.step(real);
        trainer.step(real.view().slice(0, 7));
    });
}

TEST_CASE("a classifier's steps and evaluations") {
    using Classes = Sequential<Conv<1, 16, 4, 2, 1>, BN<16>, ReLU, Flatten, Linear<1024, 10>>;
    Trainer<Supervised<Classes, CrossEntropy, Image>> trainer({.clip_norm = 1, .average = 0.9f, .batch = 16});
    Tensor<Image> images(16);
    fill_normal(Cpu{}, images.size(), RandomState{}, images.data());
    const std::vector<int> labels(16, 3);
    expect_none([&] {
        trainer.step(images, labels);
        trainer.evaluate(images, labels);
    });
}

namespace {

/// A recipe without Scratch of two networks, which computes beside them.
struct Noisy {
    using Encoder = Sequential<Linear<8, 4>, Tanh>;
    using Decoder = Sequential<Linear<4, 8>>;
    using Networks = Nets<Encoder, Decoder>;
    using Sample = Shape<8>;
    using Target = Shape<8>;
    using Inputs = Shapes<Sample, Shape<4>>;
    struct Losses {
        float error;
    };
    static constexpr long draws = 8;
    static constexpr std::array prefixes{"encoder.", "decoder."};

    template <class Step>
    static void step(Step& s) {
        s.template learn<0, 1>([&] {
            const auto x = s.compute(kernels::Add{}, s.template normal<Sample>(), s.batch());
            const auto told = s.template run<1>(s.template run<0>(x));
            const auto wanted = s.is_whole() ? s.targets() : s.compute(kernels::Identity{}, s.targets());
            const auto dy = s.template loss<MSE>(&Losses::error, told, wanted);
            float* const dz = s.template memory<Shape<4>>();
            s.template backward<1>(dy, dz);
            s.template backward<0>({dz, s.size()});
        });
    }
};

}  // namespace

TEST_CASE("issue 18.5: the first step of a recipe without Scratch allocates nothing") {
    const auto x = normal<Shape<8>>(16, Seed{1});
    for (const int pieces : {1, 4}) {
        Trainer<Noisy> first({.accumulate = pieces, .batch = 16});
        first.step(x, x);  // OpenMP's threads
        Trainer<Noisy> trainer({.accumulate = pieces, .batch = 16});
        const long news = counted::news, mallocs = counted::mallocs;
        const float error = trainer.step(x, x).error;
        const long news_after = counted::news, mallocs_after = counted::mallocs;
        CHECK(news_after == news);
        CHECK(mallocs_after == mallocs);
        CHECK(error > 0);
    }
}

TEST_CASE("a VAE's steps and evaluations") {
    Trainer<Autoencoder> trainer({.clip_norm = 1, .batch = 64});
    Tensor<Shape<256>> real(64);
    fill_uniform(Cpu{}, real.size(), RandomState{}, 0, 1, real.data());
    expect_none([&] {
        trainer.step(real);
        trainer.evaluate(real);
    });
}

TEST_CASE("issue 20.4: steps of a VAE of videos, and the videos of moving digits") {
    using Clip = Shape<1, 8, 16, 16>;
    using Video =
        VariationalAutoencoder<Sequential<Conv3d<1, 8, Size3{3, 4, 4}, Size3{1, 2, 2}, 1, Bias>, SiLU,
                                          Conv3d<8, 8, 3, 2, 1, ReflectPadding>, Flatten, Linear<512, 16>>,
                               Sequential<Linear<8, 512>, SiLU, Reshape<8, 4, 4, 4>, ConvT3d<8, 8, 4, 2, 1>, SiLU,
                                          ConvT3d<8, 1, Size3{1, 2, 2}, Size3{1, 2, 2}, 0, Bias>, Sigmoid>,
                               BCE, Clip>;
    const ImageData digits = images(10).images();
    MovingDigits<Clip> videos(digits, {.batch = 16, .videos = 40});
    Trainer<Video> trainer({.clip_norm = 1, .batch = 16});
    expect_none([&] {
        trainer.step(videos.next());
        trainer.evaluate(videos.next());
    });
}

TEST_CASE("a language model's steps and evaluations, and the windows of its text") {
    using Gpt = GPT2<GPT2Config{.vocabulary = 65, .context = 64, .width = 96, .layers = 2, .heads = 3}>;
    std::vector<int> text(5000);
    for (std::size_t at = 0; at < text.size(); ++at) text[at] = static_cast<int>(at * 7 % 65);
    TextWindows windows(text, {.batch = 8, .context = 64});
    Trainer<Gpt, Cpu, AdamW> trainer(
        {.optimizer = {.decayed = detail::Decayed::matrices}, .clip_norm = 1, .batch = 8, .context = 64});
    expect_none([&] {
        trainer.step(windows.next());
        trainer.evaluate(windows.next());
    });
}

TEST_CASE("a history with room for its rows") {
    History history({"first", "second"});
    history.reserve(1000);
    expect_none([&] { history.add({1, 2}); });
    CHECK(history.rows() == 4);
}

TEST_CASE("sampling and inference") {
    const Model<Generator> generator;
    const Model<Autoencoder> autoencoder;
    Tensor<Shape<16, 1, 1>> noise(64);
    Tensor<Shape<256>> values(64);
    auto of_generator = generator.workspace(64);
    auto of_autoencoder = autoencoder.workspace(64);
    Workspace<Autoencoder::Encoder, Shape<256>> of_encoder(64);
    Workspace<Autoencoder::Decoder, Shape<8>> of_decoder(64);
    expect_none([&] {
        fill_normal(Cpu{}, noise.size(), RandomState{.position = 5}, noise.data());
        generator(noise, of_generator);
        autoencoder(values, of_autoencoder);
        const auto moments = encode(autoencoder, values, of_encoder);
        decode(autoencoder, View<Shape<8>>{moments.data, 64}, of_decoder);
    });
}

TEST_CASE("a flow's steps, with a norm in front of what its time scales and shifts, and a diffusion's") {
    using UNet = Sequential<Conv<1, 8, 4, 2, 1>, GroupNorm<2, 8>, Modulate<moment, 1, 8>, SiLU, ConvT<8, 1, 4, 2, 1>>;
    Trainer<FlowMatching<UNet, Image>> flow({.average = 0.9f, .batch = 16}),
        assigned({.average = 0.9f, .batch = 16, .optimal_transport = true});
    Trainer<Diffusion<UNet, Image>> diffusion({.average = 0.9f, .batch = 16});
    Tensor<Image> images(16);
    fill_normal(Cpu{}, images.size(), RandomState{}, images.data());
    expect_none([&] { flow.step(images); });
    expect_none([&] { assigned.step(images); });
    expect_none([&] { diffusion.step(images); });
}

TEST_CASE("steps through spectral and weight norm, and norms of single samples' gradients") {
    using Critic = Sequential<SpectralNorm<Conv<1, 8, 4, 2, 1>>, LeakyReLU<0.2f>, WeightNorm<ConvT<8, 4, 4, 2, 1>>,
                              GroupNorm<2, 4>, Flatten, Linear<1024, 1>>;
    Model<Critic> model;
    Workspace<Critic, Image, Training, SampleNorms<Cpu>> run(4);
    Gradients<Critic> gradients;
    Optimized<Critic> optimizer;
    Tensor<Image> x(4);
    Tensor<Shape<1>> dy(4);
    std::vector<float> norms(4);
    fill_normal(Cpu{}, x.size(), RandomState{}, x.data());
    fill_normal(Cpu{}, dy.size(), RandomState{}, dy.data());
    expect_none([&] {
        run.forward(model, x);
        run.squared_norms(model, x, dy, norms.data());
        clip_samples(Cpu{}, 4, 1, norms.data(), 1.f, dy.data());
        run.backward(model, x, dy, {.gradients = gradients});
        optimizer.step(model, gradients);
    });
}

TEST_CASE("epochs of a loader, and training from it") {
    const auto data = images(40);
    Loader<Image> loader(data, {.batch = 16, .drop_last = false});
    Trainer<Net> trainer({.batch = 16});
    long labels = 0;
    expect_none([&] {
        for (auto batch : loader) {
            trainer.step(batch);
            labels += batch.labels[0];
        }
    });
    CHECK(labels > 0);
}
