// A language model, of GPT-2's or Llama's kind, reads prompts and then one token after another. With the stand-in for
// CUDA's library (stand_in.cpp) it needs no GPU; nothing is computed then.
//
// usage: recorded_text gpt2|llama|FOLDER, that of the small Llama in tests/golden
#include <cstdio>
#include <string_view>
#include <vector>

#include "genotype/cuda.hpp"
#include "genotype/text.hpp"
#include "support/end_tokenizer.hpp"
#include "support/small_llama.hpp"

using namespace genotype;

namespace {

constexpr int layers = 12;
constexpr GPT2Config small_gpt2{.vocabulary = 300, .context = 64, .width = 48, .layers = layers, .heads = 12};
constexpr LlamaConfig narrow_llama{.vocabulary = 300,
                                   .width = 48,
                                   .layers = layers,
                                   .heads = 6,
                                   .key_value_heads = 2,
                                   .hidden = 80,
                                   .context = 64,
                                   .tied = false};

template <Layer Net>
void read(const Model<Net, Cuda>& model) {
    TextRun<Net, Cuda> run(model, {.slots = 3, .context = 64, .max_rows = 16});
    const std::vector<int> tokens{1, 2, 3, 4, 5, 6, 7};
    const auto say = [](const char* what, const float* logits) { std::printf("%s %g\n", what, logits[0]); };
    int position = 0;
    const auto prompt = [&](int slot) {
        const kernels::SequenceRows text{
            .row = 0, .count = static_cast<int>(tokens.size()), .position = 0, .slot = slot};
        say("read a prompt", run.forward(tokens, {&text, 1}));
        position = static_cast<int>(tokens.size());
    };
    const auto token = [&] {
        const kernels::SequenceRows text{.row = 0, .count = 1, .position = position, .slot = 1};
        std::printf("token %d\n", position++);
        say("read a token", run.forward({tokens.data(), 1}, {&text, 1}));
    };
    prompt(1);
    for (int i = 0; i < 3; ++i) token();
    run.copy_slot(1, 2, position);
    prompt(2);  // another text begins
    const kernels::SequenceRows two[] = {{.row = 0, .count = 1, .position = 10, .slot = 1},
                                         {.row = 1, .count = 1, .position = 7, .slot = 2}};
    say("read two", run.forward({tokens.data(), 2}, two));
    for (int i = 0; i < 3; ++i) token();
    say("read all", run.forward_all({tokens.data(), 2}, two));
}

/// Several prompts, with beams and without.
template <Layer Net, class Weights>
void write(const Weights& weights) {
    TextRun<Net, typename Weights::device> run(weights, {.slots = 3, .context = 40, .max_rows = 8});
    const Tokenizer tokenizer = end_tokenizer();
    const std::vector<std::vector<TokenId>> prompts{{1, 2, 3}, {4}, {5, 6, 7, 8, 9, 10, 11, 12, 13, 14}};
    std::size_t tokens = 0;
    for (const int beams : {1, 3})
        for (const GeneratedText& text :
             generate(run, tokenizer, prompts, {.max_new_tokens = 12, .num_beams = beams}).texts)
            tokens += text.ids.size();
    std::printf("%zu tokens written\n", tokens);
}

/// With weights as float32, and as the files have them.
void write_from(const char* folder) {
    using Net = Llama<small_llama>;
    Model<Net, Cuda> model;
    load_text(model, TextFiles(folder), small_llama);
    write<Net>(model);
    write<Net>(StoredWeights<Net, Cuda>(TextFiles(folder), small_llama, {.bf16 = true}));
}

}  // namespace

int main(int count, char** arguments) try {
    if (count != 2) return 2;
    if (arguments[1] == std::string_view("gpt2")) {
        Model<GPT2<small_gpt2>, Cuda> model(Seed{1});
        initialize_gpt2(model, Seed{1});
        read(model);
    } else if (arguments[1] == std::string_view("llama")) {
        Model<Llama<narrow_llama>, Cuda> model(Seed{1});
        initialize_llama(model, Seed{1});
        read(model);
    } else {
        write_from(arguments[1]);
    }
    std::puts("read");
} catch (const Error& error) {
    std::puts(error.what());
    return 1;
}
