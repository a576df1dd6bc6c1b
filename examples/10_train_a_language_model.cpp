// A small GPT learns a text, character by character, and writes some of its own.
//     g++ -std=c++20 -O2 -march=native -fopenmp -I include examples/10_train_a_language_model.cpp -lpng -lz -lpcre2-8
//     build/examples/10_train_a_language_model [STEPS] [TEXT]     TEXT: a file in ASCII, or tiny-shakespeare
// Without TEXT it learns sentences that are made here, of which a few hundred steps suffice.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <genotype/data/text_windows.hpp>
#include <genotype/io.hpp>
#include <genotype/text.hpp>
#include <genotype/text/corpus.hpp>
#include <random>
#include <string>

using namespace genotype;

// Every character of ASCII that one sees, and the end of a line, is a token.
constexpr int characters = 96;
constexpr GPT2Config small{
    .vocabulary = characters, .context = 64, .width = 96, .layers = 3, .heads = 3, .bias = false};
using Net = GPT2<small>;

std::string alphabet() {
    std::string all = "\n";
    for (char letter = ' '; letter <= '~'; ++letter) all += letter;
    return all;
}

// "A small bird sings near the old bridge."
std::string sentences() {
    constexpr std::array<const char*, 6> kinds{"small", "grey", "happy", "sleepy", "clever", "quiet"};
    constexpr std::array<const char*, 6> who{"bird", "cat", "farmer", "painter", "fox", "child"};
    constexpr std::array<const char*, 6> does{"sings", "waits", "sleeps", "dances", "reads", "walks"};
    constexpr std::array<const char*, 6> where{"near the old bridge", "under a tree",   "in the garden",
                                               "beside the river",    "behind a house", "on the hill"};
    std::mt19937 random(1);
    const auto one_of = [&](const auto& words) { return std::string(words[random() % words.size()]); };
    std::string text;
    for (int n = 0; n < 4000; ++n)
        text += "A " + one_of(kinds) + " " + one_of(who) + " " + one_of(does) + " " + one_of(where) + ".\n";
    return text;
}

int main(int argc, char** argv) try {
    const long steps = argc > 1 ? std::atol(argv[1]) : 400;
    if (steps < 1 || (argc > 1 && std::to_string(steps) != argv[1])) {
        std::puts("usage: 10_train_a_language_model [STEPS] [TEXT]     (400 steps of sentences that are made here)");
        return argc > 1 && std::string(argv[1]) == "--help" ? 0 : 2;
    }
    const std::string text = argc > 2 ? read_corpus(argv[2]) : sentences();
    const Tokenizer tokenizer = character_tokenizer(alphabet());
    const std::vector<TokenId> tokens = tokenizer.encode(text);
    const std::span<const TokenId> all = tokens;
    const std::size_t tenth = all.size() / 10;  // to measure with
    TextWindows windows(all.first(all.size() - tenth), {.batch = 16, .context = 64, .seed = 0});
    TextWindows unseen(all.last(tenth), {.batch = 16, .context = 64, .seed = 1});
    std::printf("%zu characters; %ld parameters\n", tokens.size(), parameter_count<Net>);

    Trainer<Net, Cpu, AdamW> trainer({.optimizer = {.learning_rate = 2e-3f, .beta2 = 0.99f},
                                      .schedule = Schedule::cosine(steps, steps / 20),
                                      .clip_norm = 1,
                                      .batch = 16,
                                      .context = 64});
    initialize_gpt2(trainer.model(), Seed{0});
    while (trainer.steps() < steps) {
        const float loss = trainer.step(windows.next());
        if (trainer.steps() % 50 == 0 || trainer.steps() == steps)
            std::printf("step %ld: loss %.3f, of unseen text %.3f\n", trainer.steps(), loss,
                        trainer.evaluate(unseen.next()));
    }

    const std::filesystem::path out = "out/10_train_a_language_model";
    std::filesystem::create_directories(out);
    save(trainer.model(), out / "model.safetensors");
    save_tokenizer(tokenizer, out);

    TextRun<Net> run(trainer.model(), {.context = 64});
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
        const GeneratedText sample =
            generate(run, tokenizer, "\n", {.max_new_tokens = 62, .temperature = 0.7, .seed = seed});
        std::printf("sample %d: %s\n", static_cast<int>(seed), sample.text.c_str());
    }
    std::printf("written: %s/model.safetensors and its tokenizer\n", out.c_str());
} catch (const std::exception& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
}
