// A language model that reads on the GPU, against the same over thrust on the host: prompts, recorded single tokens,
// several texts, and the kernel of attention by itself.
#include <doctest/doctest.h>

#include <vector>

#include "genotype/genotype.hpp"
#include "genotype/kernels/thrust.hpp"
#include "genotype/text/generation/text_run.hpp"
#include "on_gpu.hpp"

using namespace genotype;
using namespace kernel_test;
using cuda_test::Values;

namespace {

constexpr GPT2Config gpt2{.vocabulary = 300, .context = 600, .width = 48, .layers = 3, .heads = 4};
constexpr LlamaConfig llama{.vocabulary = 300,
                            .width = 48,
                            .layers = 3,
                            .heads = 6,
                            .key_value_heads = 2,
                            .hidden = 80,
                            .context = 600,
                            .tied = false};

/// The logits of two texts that are read in turns: prompts, then tokens, of which most are recorded on the GPU.
template <Layer Net, class Device>
Array logits() {
    const Model<Net, Device> model(Seed{1});
    TextRun<Net, Device> run(model, {.slots = 2, .context = 600, .max_rows = 512});
    std::vector<int> tokens;
    for (int at = 0; at < 600; ++at) tokens.push_back(at * at % 300);
    Array all;
    const auto read = [&](const std::vector<kernels::SequenceRows>& texts) {
        const std::span<const int> some(tokens.data(), static_cast<std::size_t>(texts.back().row + texts.back().count));
        const float* const answer = run.forward(some, texts);
        all.insert(all.end(), answer, answer + static_cast<long>(texts.size()) * 300);
    };
    // More keys than a block has threads, and few.
    read({{.row = 0, .count = 300, .position = 0, .slot = 1}, {.row = 300, .count = 7, .position = 0, .slot = 0}});
    for (int i = 0; i < 5; ++i) read({{.row = 0, .count = 1, .position = 300 + i, .slot = 1}});
    read({{.row = 0, .count = 3, .position = 7, .slot = 0}});
    for (int i = 0; i < 5; ++i)
        read({{.row = 0, .count = 1, .position = 305 + i, .slot = 1},
              {.row = 1, .count = 1, .position = 10 + i, .slot = 0}});
    run.copy_slot(1, 0, 200);
    read({{.row = 0, .count = 1, .position = 200, .slot = 0}});
    return all;
}

template <class Device>
Array attended(const kernels::AttentionSizes& sizes) {
    constexpr long rows = 43;
    const kernels::SequenceRows list[] = {{.row = 0, .count = 15}, {.row = 15, .count = 1}, {.row = 16, .count = 27}};
    Array words(3 * kernels::sequence_rows_floats);
    std::copy_n(reinterpret_cast<const float*>(list), words.size(), words.begin());
    Values<Device> texts(words), x(random_array(rows * sizes.row_floats(), 1));
    Values<Device> y(unwritten(rows * sizes.query_floats())), log_sums(unwritten(rows * sizes.heads));
    Values<Device> dx(unwritten(rows * sizes.row_floats())), shifts(unwritten(rows * sizes.heads));
    const kernels::Sequences sequences{kernels::as_texts(texts.data()), 3, 0, false};
    attention(Device{}, rows, sizes, sequences, x.data(), nullptr, log_sums.data(), y.data(), {});
    attention_backward(Device{}, rows, sizes, sequences, x.data(), y.data(), y.data(), log_sums.data(), dx.data(),
                       {shifts.data(), nullptr, rows});
    Array all = y.read();
    for (const Array& more : {log_sums.read(), dx.read()}) all.insert(all.end(), more.begin(), more.end());
    return all;
}

}  // namespace

TEST_CASE("A GPT-2 on the GPU has the host's logits") {
    CHECK(difference(logits<GPT2<gpt2>, Cuda>(), logits<GPT2<gpt2>, Reference>(), 4) < 1e-4);
}
TEST_CASE("A Llama on the GPU has the host's logits") {
    CHECK(difference(logits<Llama<llama>, Cuda>(), logits<Llama<llama>, Reference>(), 4) < 1e-4);
}
TEST_CASE("Attention and its gradient on the GPU are the host's") {
    for (const kernels::AttentionSizes& sizes :
         {kernels::AttentionSizes{1, 1, 1}, {2, 1, 17}, {6, 3, 64}, {2, 1, 65}, {1, 1, 256}}) {
        CAPTURE(sizes.head_width);
        CHECK(difference(attended<Cuda>(sizes), attended<Reference>(sizes), 8) < 1e-5);
    }
}
