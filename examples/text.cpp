// Text generation: a pretrained language model writes on from a prompt.
//     build/examples/text --model FOLDER --prompt "The history of generative models begins"
#include <algorithm>
#include <cstdio>
#include <genotype/text.hpp>
#include <genotype/training/interrupt.hpp>
#include <utility>

#include "common.hpp"
#include "text_flags.hpp"
#include "text_model.hpp"  // from -DGENOTYPE_TEXT_MODEL=FOLDER, or smollm2/
#include "text_parts.hpp"

using namespace genotype;

int main(int argc, char** argv) {
    example::TextFlags flags;
    if (!flags.parse(argc, argv)) return flags.exit_code;

    return example::run([&] {
        const Tokenizer tokenizer = example::load_tokenizer(flags);
        if (flags.tokenize) return example::write_ids(tokenizer);
        const StoredWeights<text_model::Model> weights(example::open_files(flags), text_model::config,
                                                       {.bf16 = flags.bf16});

        const std::vector<std::vector<TokenId>> prompts{example::read_prompt(flags, tokenizer)};
        GenerationOptions options = flags.generation;
        options.end_tokens = example::end_tokens(flags);
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
        if (flags.json) return example::write_json(prompts[0], written);
        std::puts("");
        std::fflush(stdout);
        std::fprintf(stderr, "%ld tokens read, %.0f a second; %ld written, %.1f a second\n", written.prefill.tokens,
                     written.prefill.per_second(), static_cast<long>(written.ids.size()), written.decode.per_second());
        return interrupt.asked() ? example::interrupted : 0;
    });
}
