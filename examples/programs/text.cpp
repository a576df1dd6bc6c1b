// Text generation: a pretrained language model writes on from a prompt.
//     build/examples/text --model FOLDER --prompt "The history of generative models begins"
//     build/examples/text --model FOLDER --chat
#include <algorithm>
#include <cstdio>
#include <genotype/text.hpp>
#include <genotype/training/interrupt.hpp>
#include <string_view>
#include <utility>
#include <variant>

#include "common.hpp"
#include "text_flags.hpp"
#include "text_model.hpp"  // from -DGENOTYPE_TEXT_MODEL=FOLDER, or smollm2/
#include "text_parts.hpp"
#if defined(GENOTYPE_WITH_CUDA)
#include "text_cuda.hpp"
#endif

using namespace genotype;

namespace {

using Net = text_model::Model;

/// The model on the processor, with weights in the form in which the files have them.
struct CpuText : private StoredWeights<Net>, public TextRun<Net, Stored<Cpu>> {
    CpuText(const example::TextFlags& flags, TextRunOptions room)
        : StoredWeights(example::open_files(flags), text_model::config, {.bf16 = flags.bf16}),
          TextRun(static_cast<const StoredWeights&>(*this), room) {
        example::tell_left_out(report());
    }
};

/// The model on the device of --device.
class Text {
  public:
    Text(const example::TextFlags& flags, TextRunOptions room) : on_(load(flags, room)) {}

    static int vocabulary() { return Net::vocabulary; }
    int context() const {
        return std::visit([](const auto& run) { return run.context(); }, on_);
    }
    int slots() const {
        return std::visit([](const auto& run) { return run.slots(); }, on_);
    }
    int max_rows() const {
        return std::visit([](const auto& run) { return run.max_rows(); }, on_);
    }
    const float* forward(std::span<const TokenId> tokens, std::span<const kernels::SequenceRows> sequences) {
        return std::visit([&](auto& run) { return run.forward(tokens, sequences); }, on_);
    }
    const float* forward_all(std::span<const TokenId> tokens, std::span<const kernels::SequenceRows> sequences) {
        return std::visit([&](auto& run) { return run.forward_all(tokens, sequences); }, on_);
    }
    void copy_slot(int from, int to, int positions) {
        std::visit([&](auto& run) { run.copy_slot(from, to, positions); }, on_);
    }

  private:
#if defined(GENOTYPE_WITH_CUDA)
    using Runs = std::variant<CpuText, example::CudaText>;
#else
    using Runs = std::variant<CpuText>;
#endif

    static Runs load(const example::TextFlags& flags, TextRunOptions room) {
        if (flags.device == "cpu") return Runs(std::in_place_type<CpuText>, flags, room);
#if defined(GENOTYPE_WITH_CUDA)
        return Runs(std::in_place_type<example::CudaText>,
                    text_parameters<Net>(example::open_files(flags), text_model::config), room);
#else
        example::no_cuda();
#endif
    }

    Runs on_;
};

GenerationOptions options_of(const example::TextFlags& flags) {
    GenerationOptions options = flags.generation;
    options.end_tokens = example::end_tokens(flags);
    // As transformers has it: a small GPT-2's config.json names 50256, which the model never writes.
    std::erase_if(options.end_tokens, [](TokenId token) { return token >= Net::vocabulary; });
    return options;
}

/// What is generated goes to standard output as it comes, behind `echo`.
struct Writer {
    const Interrupt& interrupt;
    bool writes = true;
    std::string_view echo = {};

    bool operator()(int, std::string_view piece) {
        write(std::exchange(echo, {}));
        write(piece);
        std::fflush(stdout);
        return !interrupt.asked() && !std::ferror(stdout);
    }
    void write(std::string_view text) const {
        if (writes) std::fwrite(text.data(), 1, text.size(), stdout);
    }
};

/// Of each prompt only what is new since the last one is read. Each use is of these types, so that what generates is
/// compiled once.
Generated write_on(PrefixCache<Text>& run, const Tokenizer& tokenizer, const std::vector<TokenId>& prompt,
                   const GenerationOptions& options, Writer& writer) {
    return generate(run, tokenizer, std::span(&prompt, 1), options, writer);
}

/// Answers in turns.
int talk(const example::TextFlags& flags, const Tokenizer& tokenizer) {
    example::Conversation conversation(flags);
    const GenerationOptions options = options_of(flags);
    Text model(flags, {.slots = options.num_beams, .context = std::min(flags.context, text_model::config.context)});
    PrefixCache run(model);
    Interrupt interrupt;
    Writer writer{interrupt};
    std::vector<TokenId> prompt;
    while (conversation.hear(tokenizer, prompt)) {
        const long before = run.read();
        const Generated all = write_on(run, tokenizer, prompt, options, writer);
        std::puts("");
        std::fflush(stdout);
        const GeneratedText& answer = all.texts[0];
        const long read = run.read() - before - answer.decode.tokens;
        std::fprintf(stderr, "%ld of %ld tokens read in %.2f s; %ld written, %.1f a second\n", read,
                     answer.prefill.tokens, answer.prefill.seconds, static_cast<long>(answer.ids.size()),
                     answer.decode.per_second());
        if (interrupt.asked()) return example::exit_code_after(interrupt.signal());
        conversation.answered(answer.text);
    }
    return 0;
}

/// How probable the prompt is to the model.
int score(const example::TextFlags& flags, const Tokenizer& tokenizer) {
    const std::vector<TokenId> prompt = example::read_prompt(flags, tokenizer);
    const int length = std::max(2, static_cast<int>(std::min<std::size_t>(prompt.size(), 1 << 20)));
    Text run(flags, {.context = std::min({flags.context, text_model::config.context, length})});
    const TextScore found = score_text(run, prompt);
    if (flags.json) return example::write_score(prompt, found);
    std::printf("%ld tokens, %.4f nats a token, perplexity %.4f\n", static_cast<long>(prompt.size()), found.loss(),
                found.perplexity());
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    example::TextFlags flags;
    if (!flags.parse(argc, argv)) return flags.exit_code;

    return example::run([&] {
        const Tokenizer tokenizer = example::load_tokenizer(flags);
        if (flags.tokenize) return example::write_ids(tokenizer);

        if (flags.turns) return talk(flags, tokenizer);
        if (flags.score) return score(flags, tokenizer);
        const std::vector<TokenId> prompt = example::read_prompt(flags, tokenizer);
        const GenerationOptions options = options_of(flags);
        const long needed = static_cast<long>(prompt.size()) + options.max_new_tokens;
        const int context = static_cast<int>(std::min<long>(text_model::config.context, needed));
        Text model(flags, {.slots = options.num_beams, .context = context});
        PrefixCache run(model);

        Interrupt interrupt;
        Writer writer{interrupt, !flags.json};
        if (!flags.chat) writer.echo = flags.prompt;
        const Generated all = write_on(run, tokenizer, prompt, options, writer);
        const GeneratedText& written = all.texts[0];
        const int code = interrupt.asked() ? example::exit_code_after(interrupt.signal()) : 0;
        if (flags.json) {
            example::write_json(prompt, written);
            return code;
        }
        writer.write(writer.echo);  // nothing that is written could be seen
        std::puts("");
        std::fflush(stdout);
        std::fprintf(stderr, "%ld tokens read, %.0f a second; %ld written, %.1f a second\n", written.prefill.tokens,
                     written.prefill.per_second(), static_cast<long>(written.ids.size()), written.decode.per_second());
        return code;
    });
}
