// Texts by real models: a prompt among others, read at once or in pieces, gives what it gives alone, to the bit.
#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "genotype/text.hpp"
#include "support/devices.hpp"
#include "support/end_tokenizer.hpp"
#include "support/small_llama.hpp"

using namespace genotype;
using Prompts = std::vector<std::vector<TokenId>>;

namespace {

constexpr LlamaConfig config{.vocabulary = 269,
                             .width = 48,
                             .layers = 2,
                             .heads = 4,
                             .key_value_heads = 2,
                             .hidden = 80,
                             .context = 128,
                             .tied = false};
using Net = Llama<config>;

Prompts some_prompts(int vocabulary) {
    Prompts prompts;
    for (const int length : {1, 40, 7, 33, 16, 2, 17}) {
        prompts.emplace_back();
        for (int at = 0; at < length; ++at) prompts.back().push_back((length * 5 + at * at) % vocabulary);
    }
    return prompts;
}

const std::vector<GenerationOptions> ways{
    {.max_new_tokens = 24},
    {.max_new_tokens = 24, .temperature = 0.7, .top_k = 50, .top_p = 0.9, .repetition_penalty = 1.2},
    {.max_new_tokens = 24, .num_beams = 3, .end_tokens = {17, 40}},
};

/// `make_run(options)` makes a run of the model.
template <class MakeRun>
void check_alone(MakeRun make_run) {
    const Tokenizer tokenizer = end_tokenizer();
    for (const GenerationOptions& options : ways) {
        auto together = make_run({.slots = 6, .context = 64, .max_rows = 64});
        const Prompts prompts = some_prompts(together.vocabulary());
        const Generated all = generate(together, tokenizer, prompts, options);
        for (std::size_t at = 0; at < prompts.size(); ++at) {
            CAPTURE(at);
            CAPTURE(options.num_beams);
            GenerationOptions of_one = options;
            of_one.first_sequence = static_cast<int>(at);
            for (const int max_rows : {64, 5}) {
                auto single = make_run({.slots = options.num_beams, .context = 64, .max_rows = max_rows});
                const GeneratedText one = generate(single, tokenizer, Prompts{prompts[at]}, of_one).texts[0];
                CHECK(all.texts[at].ids == one.ids);
                CHECK(all.texts[at].score == one.score);
            }
        }
    }
}

}  // namespace

TEST_CASE("a prompt among others gives what it gives alone") {
    const Model<Net, TestedDevice> model(Seed{4});
    check_alone([&](TextRunOptions options) { return TextRun<Net, TestedDevice>(model, options); });
}

TEST_CASE("also with weights in their file's form") {
    using Small = Llama<small_llama>;
    const StoredWeights<Small, TestedDevice> weights(TextFiles(GENOTYPE_GOLDEN_DIR "/text/llama"), small_llama);
    check_alone([&](TextRunOptions options) { return TextRun<Small, Stored<TestedDevice>>(weights, options); });
}

TEST_CASE("each token of a greedy text has the largest logit when the whole text is read") {
    const Tokenizer tokenizer = end_tokenizer();
    const Model<Net, TestedDevice> model(Seed{4});
    TextRun<Net, TestedDevice> run(model, {.slots = 3, .context = 128, .max_rows = 128});
    const Prompts prompts = some_prompts(config.vocabulary);
    const Generated all = generate(run, tokenizer, prompts, {.max_new_tokens = 24});
    for (std::size_t at = 0; at < prompts.size(); ++at) {
        std::vector<TokenId> whole = prompts[at];
        whole.insert(whole.end(), all.texts[at].ids.begin(), all.texts[at].ids.end());
        const kernels::SequenceRows rows{.count = static_cast<int>(whole.size())};
        const float* logits = run.forward_all(whole, {&rows, 1});
        const std::size_t vocabulary = config.vocabulary;
        for (std::size_t token = prompts[at].size(); token < whole.size(); ++token)
            CHECK(argmax({logits + (token - 1) * vocabulary, vocabulary}) == whole[token]);
    }
}
