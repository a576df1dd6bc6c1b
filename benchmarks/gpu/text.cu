// Training steps of two GPT-2s on a GPU, and the tokens of a text.
#include <span>
#include <vector>

#include "genotype/data/text_windows.hpp"
#include "genotype/genotype.hpp"
#include "genotype/text/generation/text_run.hpp"
#include "gpu.hpp"

namespace race {
namespace {

using namespace genotype;

/// Tokens without a meaning, the same for all contestants.
std::vector<int> tokens(int count, int vocabulary) {
    std::vector<int> ids;
    for (int i = 0; i < count; ++i) ids.push_back((i * 7919 % 40000 + 100) % vocabulary);
    return ids;
}

template <GPT2Config config, class Device>
int train(const GpuSetting& setting) {
    Trainer<GPT2<config>, Device, AdamW> trainer({.optimizer = {.learning_rate = 1e-3f,
                                                                .beta2 = 0.99f,
                                                                .weight_decay = 0.1f,
                                                                .decayed = detail::Decayed::matrices},
                                                  .clip_norm = 1,
                                                  .batch = setting.batch,
                                                  .context = config.context,
                                                  .seed = setting.seed});
    const std::vector<int> windows = tokens(setting.batch * (config.context + 1), config.vocabulary);
    return serve(
        0, [&] { trainer.step(windows); }, setting.gpu);
}

constexpr GPT2Config nano{.vocabulary = 65, .context = 64, .width = 128, .layers = 4, .heads = 4, .bias = false};

int decode(const GpuSetting& setting) {
    using Net = GPT2<gpt2_small>;
    constexpr int first = 16, end = 144;
    const Model<Net, Cuda> model(Seed{setting.seed});
    TextRun<Net, Cuda> run(model, {.context = 256, .max_rows = first});
    const std::vector<int> ids = tokens(end, Net::vocabulary);
    const kernels::SequenceRows beginning{.count = first};
    run.forward(std::span(ids).first(first), {&beginning, 1});
    int position = first;
    const auto step = [&] {
        const kernels::SequenceRows next{.row = 0, .count = 1, .position = position};
        run.forward(std::span(ids).subspan(static_cast<std::size_t>(position), 1), {&next, 1});
        position = position + 1 == end ? first : position + 1;
    };
    return serve(0, step, setting.gpu);
}

}  // namespace
}  // namespace race

int main(int argc, char** argv) {
    using namespace genotype;
    return race::run_task(argc, argv,
                          {{"gpt2_nano", race::train<race::nano, Cuda>},
                           {"gpt2_nano_tf32", race::train<race::nano, CudaTf32>},
                           {"gpt2_small", race::train<gpt2_small, Cuda>},
                           {"gpt2_small_tf32", race::train<gpt2_small, CudaTf32>},
                           {"decode", race::decode}});
}
