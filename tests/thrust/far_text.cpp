// Texts on a device whose memory is not the host's: weights from files, tokens there, logits back, and a training.
#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "genotype/checkpoint.hpp"
#include "genotype/io.hpp"
#include "genotype/text.hpp"
#include "genotype/thrust.hpp"
#include "support/end_tokenizer.hpp"
#include "support/far_device.hpp"
#include "support/small_llama.hpp"
#include "support/temporary_folder.hpp"
#include "support/text_model_files.hpp"

using namespace genotype;

namespace {

// The sizes of the model in tests/golden/data/text/gpt2.
constexpr GPT2Config golden_gpt2{.vocabulary = 48, .context = 40, .width = 16, .layers = 2, .heads = 2};
constexpr GPT2Config small_gpt2{.vocabulary = 48, .context = 32, .width = 24, .layers = 2, .heads = 3};
// The embedding's 49 rows of 34 bytes are no whole number of floats.
constexpr LlamaConfig small_llama_of_blocks{.vocabulary = 49,
                                            .width = 32,
                                            .layers = 2,
                                            .heads = 4,
                                            .key_value_heads = 2,
                                            .hidden = 64,
                                            .context = 64,
                                            .tied = false};

using Prompts = std::vector<std::vector<TokenId>>;
const Prompts prompts{{1, 2, 3, 4, 5, 6, 7}, {8}, {9, 10, 11}, {12, 13, 14, 15}};

template <class Run>
std::vector<std::vector<TokenId>> written(Run run, const GenerationOptions& options) {
    std::vector<std::vector<TokenId>> ids;
    for (const GeneratedText& text : generate(run, end_tokenizer(), prompts, options).texts) ids.push_back(text.ids);
    return ids;
}

template <Layer Net, class NearWeights, class FarWeights>
void expect_the_same_texts(const NearWeights& near, const FarWeights& far) {
    // More texts than slots, texts that end at different times, prompts read in pieces, and beams.
    for (const GenerationOptions& options : {GenerationOptions{.max_new_tokens = 9, .end_tokens = {5, 17}},
                                             GenerationOptions{.max_new_tokens = 9, .temperature = 1.5},
                                             GenerationOptions{.max_new_tokens = 6, .num_beams = 2}}) {
        const TextRunOptions room{.slots = 3, .context = 24, .max_rows = 5};
        const auto wanted = written(TextRun<Net, typename NearWeights::device>(near, room), options);
        CHECK(wanted == written(TextRun<Net, typename FarWeights::device>(far, room), options));
        CHECK(wanted[0].size() > 1);
    }
}

template <Layer Net, class Config>
void expect_the_same_from(const std::filesystem::path& path, const Config& config) {
    Model<Net, ThrustCpp> near(Seed{1});
    Model<Net, Far> far(Seed{2});
    load_text(near, TextFiles(path), config);
    load_text(far, TextFiles(path), config);
    CHECK(std::equal(near.parameters.data(), near.parameters.data() + near.parameters.size(), far.parameters.data()));
    expect_the_same_texts<Net>(near, far);
    for (const bool bf16 : {false, true}) {
        const StoredWeights<Net, ThrustCpp> near_stored(TextFiles(path), config, {.bf16 = bf16});
        const StoredWeights<Net, Far> far_stored(TextFiles(path), config, {.bf16 = bf16});
        CHECK(far_stored.copied_bytes() >= near_stored.copied_bytes());
        CHECK(far_stored.copied_bytes() > 0);
        expect_the_same_texts<Net>(near_stored, far_stored);
    }
}

}  // namespace

TEST_CASE("a Llama from a folder") {
    expect_the_same_from<Llama<small_llama>>(GENOTYPE_GOLDEN_DIR "/text/llama", small_llama);
}
TEST_CASE("a Llama from a GGUF file of blocks") {
    const TemporaryFolder folder;
    const auto path = folder.file(
        "model.gguf", gguf_of(small_llama_of_blocks, TestModel(small_llama_of_blocks).tensors, "Q8_0").text());
    expect_the_same_from<Llama<small_llama_of_blocks>>(path, small_llama_of_blocks);
}
TEST_CASE("a GPT-2 from a folder") {
    expect_the_same_from<GPT2<golden_gpt2>>(GENOTYPE_GOLDEN_DIR "/text/gpt2", golden_gpt2);
}
TEST_CASE("initial values of a GPT-2") {
    using Net = GPT2<small_gpt2>;
    Model<Net, ThrustCpp> near(Seed{1});
    Model<Net, Far> far(Seed{2});
    initialize_gpt2(near, Seed{3});
    initialize_gpt2(far, Seed{3});
    expect_the_same_texts<Net>(near, far);
}
TEST_CASE("logits of every token") {
    using Net = Llama<small_llama>;
    const Model<Net, ThrustCpp> near(Seed{1});
    const Model<Net, Far> far(Seed{1});
    TextRun<Net, ThrustCpp> here(near, {.slots = 2, .context = 16, .max_rows = 8});
    TextRun<Net, Far> there(far, {.slots = 2, .context = 16, .max_rows = 8});
    const std::vector<TokenId> tokens{1, 2, 3, 4, 5};
    const kernels::SequenceRows texts[] = {{.row = 0, .count = 2, .position = 0, .slot = 1},
                                           {.row = 2, .count = 3, .position = 0, .slot = 0}};
    const float *const wanted = here.forward_all(tokens, texts), *const found = there.forward_all(tokens, texts);
    CHECK(std::equal(wanted, wanted + 5 * Net::vocabulary, found));
    const float *const last = here.forward(tokens, texts), *const found_last = there.forward(tokens, texts);
    CHECK(std::equal(last, last + 2 * Net::vocabulary, found_last));
    // What a model answers without a session is one text.
    Tensor<Shape<1>> ids(5);
    std::copy(tokens.begin(), tokens.end(), ids.data());
    const auto alone = near(ids), far_alone = far(ids);
    CHECK(std::equal(alone.values().begin(), alone.values().end(), far_alone.values().begin()));
}
TEST_CASE("a training of a GPT-2") {
    using Net = GPT2<small_gpt2>;
    Trainer<Net, ThrustCpp, AdamW> near({.batch = 3, .context = 6, .seed = 3});
    Trainer<Net, Far, AdamW> far({.batch = 3, .context = 6, .seed = 3});
    for (int step = 0; step < 3; ++step) {
        std::vector<int> windows;
        for (int at = 0; at < 21 - 7 * (step == 1); ++at) windows.push_back((at * at + step) % 48);
        CHECK(near.step(windows) == far.step(windows));
        CHECK(near.evaluate(windows) == far.evaluate(windows));
    }
    const TemporaryFolder folder;
    save(near, folder / "near.safetensors");
    save(far, folder / "far.safetensors");
    CHECK(content_of(folder / "near.safetensors") == content_of(folder / "far.safetensors"));
}
