// A language model, of GPT-2's or Llama's kind, reads prompts and then one token after another. With the stand-in for
// CUDA's library (stand_in.cpp) it needs no GPU; nothing is computed then.
//
// usage: recorded_text gpt2|llama
#include <cstdio>
#include <string_view>
#include <vector>

#include "genotype/genotype.hpp"
#include "genotype/kernels/thrust.hpp"
#include "genotype/kernels/thrust/cuda.hpp"
#include "genotype/models/gpt2.hpp"
#include "genotype/models/llama.hpp"
#include "genotype/models/text_first_values.hpp"
#include "genotype/text/text_run.hpp"

using namespace genotype;

namespace {

constexpr int layers = 12;
constexpr GPT2Config small_gpt2{.vocabulary = 300, .context = 64, .width = 48, .layers = layers, .heads = 12};
constexpr LlamaConfig small_llama{.vocabulary = 300,
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
        const SequenceRows text{.row = 0, .count = static_cast<int>(tokens.size()), .position = 0, .slot = slot};
        say("read a prompt", run.forward(tokens, {&text, 1}));
        position = static_cast<int>(tokens.size());
    };
    const auto token = [&] {
        const SequenceRows text{.row = 0, .count = 1, .position = position, .slot = 1};
        std::printf("token %d\n", position++);
        say("read a token", run.forward({tokens.data(), 1}, {&text, 1}));
    };
    prompt(1);
    for (int i = 0; i < 3; ++i) token();
    run.copy_slot(1, 2, position);
    prompt(2);  // another text begins
    const SequenceRows two[] = {{.row = 0, .count = 1, .position = 10, .slot = 1},
                                {.row = 1, .count = 1, .position = 7, .slot = 2}};
    say("read two", run.forward({tokens.data(), 2}, two));
    for (int i = 0; i < 3; ++i) token();
    say("read all", run.forward_all({tokens.data(), 2}, two));
}

}  // namespace

int main(int count, char** arguments) try {
    if (count != 2) return 2;
    if (arguments[1] == std::string_view("gpt2")) {
        Model<GPT2<small_gpt2>, Cuda> model(Seed{1});
        initialize_gpt2(model, Seed{1});
        read(model);
    } else {
        Model<Llama<small_llama>, Cuda> model(Seed{1});
        initialize_llama(model, Seed{1});
        read(model);
    }
    std::puts("read");
} catch (const Error& error) {
    std::puts(error.what());
    return 1;
}
