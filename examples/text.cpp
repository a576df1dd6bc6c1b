// Text generation: a pretrained language model writes on from a prompt.
//     build/examples/text --model FOLDER --prompt "The history of generative models begins"
#include <algorithm>
#include <cstdio>
#include <genotype/text.hpp>
#include <genotype/training/interrupt.hpp>
#include <iostream>
#include <nlohmann/json.hpp>
#include <utility>

#include "common.hpp"
#include "text_flags.hpp"
#include "text_model.hpp"  // from -DGENOTYPE_TEXT_MODEL=FOLDER, or smollm2/

using namespace genotype;

namespace {

/// Standard input's lines as arrays of ids, a line each.
int write_ids(const Tokenizer& tokenizer) {
    for (std::string line; std::getline(std::cin, line);)
        std::cout << nlohmann::json(tokenizer.encode(line)).dump() << '\n';
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    example::TextFlags flags;
    if (!flags.parse(argc, argv)) return flags.exit_code;

    return example::run([&] {
        const Tokenizer tokenizer = load_tokenizer(flags.model);
        if (flags.tokenize) return write_ids(tokenizer);
        const StoredWeights<text_model::Model> weights(TextFiles(flags.model), text_model::config,
                                                       {.bf16 = flags.bf16});

        std::string text = flags.prompt;
        if (flags.chat) text = chat_prompt(read_chat_template(flags.model), std::vector<ChatMessage>{{"user", text}});
        const std::vector<std::vector<TokenId>> prompts{tokenizer.encode(text)};
        GenerationOptions options = flags.generation;
        if (!flags.ignore_end) options.end_tokens = read_generation_defaults(flags.model).end_tokens;
        const long needed = static_cast<long>(prompts[0].size()) + options.max_new_tokens;
        const int context = static_cast<int>(std::min<long>(text_model::config.context, needed));
        TextRun<text_model::Model, Stored<Cpu>> run(weights, {.slots = options.num_beams, .context = context});

        Interrupt interrupt;
        bool echo = !flags.json && !flags.chat;
        const Generated all = generate(run, tokenizer, std::span(prompts), options, [&](int, std::string_view piece) {
            if (std::exchange(echo, false)) std::fputs(flags.prompt.c_str(), stdout);
            if (!flags.json) std::fwrite(piece.data(), 1, piece.size(), stdout);
            std::fflush(stdout);
            return !interrupt.asked();
        });
        const GeneratedText& written = all.texts[0];
        if (flags.json) {
            const nlohmann::json object{{"prompt_ids", prompts[0]}, {"new_ids", written.ids}, {"text", written.text}};
            std::printf("%s\n", object.dump().c_str());
            return 0;
        }
        std::puts("");
        std::fflush(stdout);
        std::fprintf(stderr, "%ld tokens read, %.0f a second; %ld written, %.1f a second\n", written.prefill.tokens,
                     written.prefill.per_second(), static_cast<long>(written.ids.size()), written.decode.per_second());
        return interrupt.asked() ? example::interrupted : 0;
    });
}
