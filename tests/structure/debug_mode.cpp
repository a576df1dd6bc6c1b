// Built with the standard library's own checks (-D_GLIBCXX_DEBUG), which stop a program at an index out of range: a
// DCGAN learns from a loader, is saved and resumed; a language model learns and writes a text.
#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "genotype/checkpoint.hpp"
#include "genotype/data.hpp"
#include "genotype/genotype.hpp"
#include "genotype/text.hpp"
#include "support/end_tokenizer.hpp"
#include "support/temporary_folder.hpp"

#if !defined(_GLIBCXX_DEBUG)
#error "This program is about the library's debug mode."
#endif

using namespace genotype;

namespace {

// The layers of the DCGAN of 32 x 32 images, with fewer channels.
using Generator = Sequential<ConvT<8, 32, 4, 1, 0, NoBias>, BN<32>, ReLU, ConvT<32, 16, 4, 2, 1, NoBias>, BN<16>, ReLU,
                             ConvT<16, 3, 4, 2, 1, NoBias>, Tanh>;
using Discriminator = Sequential<Conv<3, 16, 4, 2, 1, NoBias>, LeakyReLU<0.2f>, Conv<16, 32, 4, 2, 1, NoBias>, BN<32>,
                                 LeakyReLU<0.2f>, Conv<32, 1, 4, 1, 0, NoBias>, Sigmoid>;
using Dcgan = GAN<Generator, Discriminator>;
using Image = Shape<3, 16, 16>;

using Words = Llama<LlamaConfig{.vocabulary = 269,
                                .width = 32,
                                .layers = 2,
                                .heads = 4,
                                .key_value_heads = 2,
                                .hidden = 40,
                                .context = 32,
                                .tied = false}>;

}  // namespace

TEST_CASE("issue 17.24: a DCGAN learns in the standard library's debug mode") {
    ImageData images = blank_images(10, 16, 16, 3);
    for (std::size_t i = 0; i < images.bytes.size(); ++i) images.bytes[i] = static_cast<std::uint8_t>(i * 37);
    const Dataset<Image> data(images, Range{-1, 1});
    Loader<Image> loader(data, {.batch = 4, .seed = 3});
    Trainer<Dcgan> trainer({.batch = 4, .seed = 9});
    for (int step = 0; step < 3; ++step) trainer.step(loader.next());
    TemporaryFolder folder;
    trainer.save(folder / "half", loader);
    Loader<Image> again(data, {.batch = 4, .seed = 3});
    Trainer<Dcgan> resumed({.batch = 4, .seed = 9});
    resumed.resume(folder / "half", again);
    const auto expected = trainer.step(loader.next()), found = resumed.step(again.next());
    CHECK(found.generator == expected.generator);
    CHECK(found.discriminator == expected.discriminator);
}

TEST_CASE("issue 17.24: a language model learns and writes in the standard library's debug mode") {
    const Tokenizer tokenizer = end_tokenizer();
    const std::vector<TokenId> ids = tokenizer.encode("hello world, hello world, hello wor");
    const std::vector<std::vector<TokenId>> prompts{ids, {ids[0]}};
    Trainer<Words, Cpu, AdamW> trainer({.batch = 1, .context = 8, .seed = 5});
    for (int step = 0; step < 2; ++step) trainer.step(std::vector<int>(ids.begin(), ids.begin() + 9));

    for (const GenerationOptions& options : {GenerationOptions{.max_new_tokens = 6, .temperature = 0.7, .top_k = 9},
                                             GenerationOptions{.max_new_tokens = 6, .num_beams = 3}}) {
        TextRun<Words> run(trainer.model(), {.slots = 6, .context = 32, .max_rows = 16});
        const Generated texts = generate(run, tokenizer, prompts, options);
        CHECK(texts.texts.size() == 2);
        CHECK(texts.texts[1].ids.size() == 6);
    }
}
