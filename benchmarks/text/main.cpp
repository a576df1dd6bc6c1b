// Our side of the race on text: answers what serve.hpp says. SmolLM2's sizes, and the GPT that nanoGPT trains.
// usage: race_text TASK THREADS [MODEL]
// TASK: decode, decode_bf16 (a token of a text behind 16 to 143 others), prefill (512 tokens), of MODEL; train (a
//       step); read, which reads memory alone, MODEL bytes; peak, which prints the GFLOP/s that the processor gives at
//       most, and ends.
#include <omp.h>

#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <string>
#include <vector>

#include "bandwidth.hpp"
#include "genotype/data/text_windows.hpp"
#include "genotype/text.hpp"
#include "peak.hpp"
#include "race/serve.hpp"

using namespace genotype;

namespace {

constexpr LlamaConfig config = smollm2_135m;
using Net = Llama<config>;

/// Tokens without a meaning, the same for all contestants.
std::vector<int> tokens(int count) {
    std::vector<int> ids;
    for (int i = 0; i < count; ++i) ids.push_back(i * 7919 % 40000 + 100);
    return ids;
}

int read(const std::string& task, const char* path) {
    const StoredWeights<Net> weights(TextFiles(path), config, {.bf16 = task == "decode_bf16"});
    TextRun<Net, Stored<Cpu>> run(weights, {.context = 512, .max_rows = 512});
    const std::vector<int> ids = tokens(512);
    if (task == "prefill") {
        const kernels::SequenceRows all{.count = 512};
        return race::serve(0, [&] { run.forward(ids, {&all, 1}); });
    }
    constexpr int first = 16, end = 144;
    const kernels::SequenceRows beginning{.count = first};
    run.forward(std::span(ids).first(first), {&beginning, 1});
    int position = first;
    return race::serve(0, [&] {
        const kernels::SequenceRows next{.row = 0, .count = 1, .position = position};
        run.forward(std::span(ids).subspan(static_cast<std::size_t>(position), 1), {&next, 1});
        position = position + 1 == end ? first : position + 1;
    });
}

int train() {
    constexpr GPT2Config small{.vocabulary = 65, .context = 64, .width = 128, .layers = 4, .heads = 4, .bias = false};
    std::vector<int> ids = tokens(100'000);
    for (int& id : ids) id %= small.vocabulary;
    Trainer<GPT2<small>, Cpu, AdamW> trainer({.optimizer = {.learning_rate = 1e-3f,
                                                            .beta2 = 0.99f,
                                                            .weight_decay = 0.1f,
                                                            .decayed = detail::Decayed::matrices},
                                              .clip_norm = 1,
                                              .batch = 12,
                                              .context = 64});
    initialize_gpt2(trainer.model(), Seed{0});
    TextWindows windows(ids, {.batch = 12, .context = 64});
    return race::serve(0, [&] { trainer.step(windows.next()); });
}

}  // namespace

int main(int argc, char** argv) {
    const std::string task = argc > 1 ? argv[1] : "";
    if (argc > 2) omp_set_num_threads(std::max(1, std::atoi(argv[2])));
    try {
        if (task == "peak") {
            std::printf("%.0f\n", benchmarks::peak() / 1e9);
            return 0;
        }
        if (task == "train") return train();
        if (argc > 3 && task == "read") {
            const benchmarks::Reading reading(std::strtoull(argv[3], nullptr, 10));
            return race::serve(0, [&] { reading.run(); });
        }
        if (argc > 3 && (task == "decode" || task == "decode_bf16" || task == "prefill")) return read(task, argv[3]);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
    std::fprintf(stderr, "usage: race_text decode|decode_bf16|prefill|train|read|peak THREADS [MODEL]\n");
    return 2;
}
