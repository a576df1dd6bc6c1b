// A pretrained language model writes on from a prompt: SmolLM2 of 135 million parameters, from one GGUF file.
//     python3 examples/programs/fetch_smollm2.py          once, 98 MB into ~/.cache/genotype
//     g++ -std=c++20 -O2 -march=native -fopenmp -I include examples/09_text.cpp -lpng -lz -lpcre2-8
//     build/examples/09_text [PROMPT] [FILE]
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <genotype/text.hpp>
#include <string>

using namespace genotype;

// A Llama is an alias over ordinary layers; smollm2_135m is a struct of numbers. `build/examples/genotype-config FILE`
// prints the alias for another model of the families of GPT-2 and Llama.
using Net = Llama<smollm2_135m>;
static_assert(parameter_count<Net> == 134'515'008);

// Where fetch_smollm2.py puts it.
std::filesystem::path fetched() {
    const char* const cache = std::getenv("XDG_CACHE_HOME");
    const char* const home = std::getenv("HOME");
    const std::filesystem::path folder = cache && *cache ? cache : std::filesystem::path(home ? home : ".") / ".cache";
    return folder / "genotype" / "SmolLM2-135M-Instruct.Q4_1.gguf";
}

int main(int argc, char** argv) try {
    const std::string prompt = argc > 1 ? argv[1] : "The history of generative models begins";
    const std::filesystem::path file = argc > 2 ? argv[2] : fetched();
    if (prompt == "--help") {
        std::puts("usage: 09_text [PROMPT] [FILE]     (FILE: SmolLM2-135M as GGUF or a Hugging Face folder)");
        return 0;
    }
    if (!std::filesystem::exists(file)) {
        std::fprintf(stderr, "error: no model at %s; python3 examples/programs/fetch_smollm2.py fetches it\n",
                     file.c_str());
        return 1;
    }

    const Tokenizer tokenizer = load_tokenizer(file);
    const auto ids = tokenizer.encode(prompt);
    std::printf("%zu tokens, the first is %d\n\n", ids.size(), ids.empty() ? 0 : ids[0]);

    // The weights stay in the mapped file, four bits each, and kernels multiply by them as they are.
    const StoredWeights<Net> weights(TextFiles(file), smollm2_135m);
    TextRun<Net, Stored<Cpu>> model(weights, {.context = 1024});

    // Called as the text grows, with whole characters.
    const auto print = [](std::string_view piece) {
        std::printf("%.*s", static_cast<int>(piece.size()), piece.data());
        std::fflush(stdout);
        return true;  // false ends the text
    };

    // Options have transformers' names. With none of them it takes the likeliest token each time.
    print(prompt);
    const GeneratedText greedy = generate(model, tokenizer, prompt, {.max_new_tokens = 40}, print);
    std::printf("\n\n%.0f tokens a second\n\n", greedy.decode.per_second());

    // Sampled, and ended by the model's own end of text.
    print(prompt);
    generate(model, tokenizer, prompt,
             {.max_new_tokens = 60,
              .temperature = 0.8,
              .top_p = 0.9,
              .seed = 1,
              .end_tokens = read_generation_defaults(file).end_tokens},
             print);
    std::puts("");
} catch (const std::exception& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
}
