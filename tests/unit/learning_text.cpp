// Small language models learn in seconds what broken ones cannot.
#include <doctest/doctest.h>

#include <type_traits>
#include <vector>

#include "genotype/data/text_windows.hpp"
#include "genotype/genotype.hpp"
#include "genotype/text/corpus.hpp"
#include "genotype/text/tokenizer/characters.hpp"
#include "support/devices.hpp"
#include "support/temporary_folder.hpp"

using namespace genotype;

namespace {

constexpr int letters = 8, back = 6;

/// Each letter is mostly the one `back` places before, and else any: nothing to be told from the last letter alone.
std::vector<int> echoes(int size) {
    std::vector<int> text;
    detail::WordDraws words(7, 0, streams::noise);
    for (int at = 0; at < size; ++at) {
        const bool is_new = at < back || words.below(20) < 3;
        text.push_back(is_new ? static_cast<int>(words.below(letters)) : text[static_cast<std::size_t>(at - back)]);
    }
    return text;
}

template <class Net>
double loss_after(int steps, const std::vector<int>& text, int context, float learning_rate) {
    Trainer<Net, TestedDevice, AdamW> trainer({.optimizer = {.learning_rate = learning_rate,
                                                             .beta2 = 0.99f,
                                                             .weight_decay = 0.1f,
                                                             .decayed = detail::Decayed::matrices},
                                               .schedule = Schedule::cosine(steps, steps / 20, 0.1f),
                                               .clip_norm = 1,
                                               .batch = 12,
                                               .context = context});
    initialize_gpt2(trainer.model(), Seed{1});
    const TextParts parts = split_text(text);
    TextWindows windows(parts.train, {.batch = 12, .context = context, .seed = 1});
    TextWindows others(parts.validation, {.batch = 12, .context = context, .seed = 2});
    for (int step = 0; step < steps; ++step) trainer.step(windows.next());
    double loss = 0;
    for (int batch = 0; batch < 20; ++batch) loss += static_cast<double>(trainer.evaluate(others.next())) / 20;
    MESSAGE("loss " << loss);
    return loss;
}

}  // namespace

TEST_CASE("echoes") {
    const std::vector<int> text = echoes(20'000);
    using Gpt = GPT2<GPT2Config{.vocabulary = letters, .context = 24, .width = 32, .layers = 2, .heads = 2}>;
    using Alpaca = Llama<LlamaConfig{.vocabulary = letters,
                                     .width = 32,
                                     .layers = 2,
                                     .heads = 2,
                                     .key_value_heads = 1,
                                     .hidden = 64,
                                     .context = 24}>;
    // Found: 1.06 and 1.07; who knows how the text is made reaches 1.00. With an error put in, the same runs ended at:
    // attention's gradient lost 2.00 and 1.96, all texts of a batch as one 1.99 and 1.75, positions' gradient lost
    // 1.67, the embedding's overwriting the head's 1.29, rotary turning on in backward 2.00 (Llama); answers that are
    // not the next tokens 0.002.
    for (const double loss : {loss_after<Gpt>(300, text, 24, 5e-3f), loss_after<Alpaca>(300, text, 24, 5e-3f)}) {
        CHECK(loss < 1.2);
        CHECK(loss > 0.95);
    }
}

// On the devices over thrust it takes minutes.
TEST_CASE("tiny Shakespeare" * doctest::skip(!std::is_same_v<TestedDevice, Cpu>)) {
    const std::filesystem::path path = test_data("tinyshakespeare");
    if (path.empty()) {
        MESSAGE("left out: GENOTYPE_TEST_DATA has no tinyshakespeare");
        return;
    }
    const std::string text = read_corpus((path / "input.txt").string());
    REQUIRE(text.size() == 1'115'394);
    const Tokenizer tokenizer = character_tokenizer(text);
    REQUIRE(tokenizer.size() == 65);
    using Baby =
        GPT2<GPT2Config{.vocabulary = 65, .context = 64, .width = 128, .layers = 4, .heads = 4, .bias = false}>;
    // Found: 2.42. Attention's gradient lost 2.49, all texts of a batch as one 2.68, the embedding's gradient
    // overwriting the head's 2.93; answers that are not the next tokens 0.008.
    const double loss = loss_after<Baby>(250, tokenizer.encode(text), 64, 1e-3f);
    CHECK(loss < 2.47);
    CHECK(loss > 2.2);
}
