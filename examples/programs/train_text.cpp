// A language model learns a text, character by character, and then writes some of its own.
//     build/examples/train_text --data tiny-shakespeare
// With --tokenizer it learns tokens, with --from it starts from pretrained weights. A model is a type: this program is
// also built as `tune_text`, for the model of `text`.
#include <algorithm>
#include <genotype/text.hpp>
#include <genotype/text/corpus.hpp>
#include <ranges>

#include "expect_utf8.hpp"
#include "train_text_training.hpp"

using namespace genotype;

namespace {

/// Tokens that were added to a vocabulary need no place in the model where the text has none of them.
void expect_known(const Tokenizer& tokenizer, const std::vector<TokenId>& text, const std::string& where) {
    int tokens = tokenizer.size();
    for (const AddedToken& added : std::views::reverse(tokenizer.parts().added))
        if (!added.in_model && added.id == tokens - 1) --tokens;
    for (const TokenId id : text) tokens = std::max(tokens, id + 1);
    if (tokens > text_model::Model::vocabulary)
        fail(where, "tokens", std::to_string(tokens),
             "at most the model's " + std::to_string(text_model::Model::vocabulary) +
                 " (another model is another build)");
}

Tokenizer tokenizer_of(const example::TrainTextFlags& flags, const std::string& text) {
    example::expect_utf8(flags.data, text);
    const bool characters = flags.tokenizer.empty() && flags.from.empty();
    if (!characters) return load_tokenizer(flags.tokenizer.empty() ? flags.from : flags.tokenizer);
    Tokenizer tokenizer = character_tokenizer(text);
    expect_known(tokenizer, {}, flags.data);
    save_tokenizer(tokenizer, flags.out);
    return tokenizer;
}

/// That a sample can begin so, before the training and not behind it. A text of one line has not the new line that a
/// sample begins with by default: its own first character does as well.
void expect_prompt(example::TrainTextFlags& flags, const Tokenizer& tokenizer, const std::string& text) {
    std::string& prompt = flags.prompt;
    example::expect_utf8("--prompt", prompt);
    if (flags.tokenizer.empty() && flags.from.empty()) {
        const std::size_t unknown = prompt.find_first_not_of(text);
        if (unknown != prompt.npos && prompt != example::TrainTextFlags().prompt)
            fail("--prompt", "byte " + std::to_string(unknown), "a character that the text has not",
                 "characters of " + flags.data);
        if (unknown != prompt.npos) {
            prompt = text.substr(0, 1);
            for (std::size_t at = 1; at < text.size() && (text[at] & 0xc0) == 0x80; ++at) prompt += text[at];
        }
    }
    const std::vector<TokenId> ids = tokenizer.encode(prompt);
    if (ids.empty()) fail("--prompt", "text", "none", "what the sample begins with");
    for (const TokenId id : ids)
        if (id >= text_model::Model::vocabulary)
            fail("--prompt", "tokens", std::to_string(id),
                 "below the model's " + std::to_string(text_model::Model::vocabulary));
}

/// A model at work on one text, of whose tokens only the tokenizer's are chosen: a text of few different characters has
/// fewer than the model.
struct KnownTokens {
    TextRun<text_model::Model>& run;
    int known;

    int vocabulary() const { return known; }
    int context() const { return run.context(); }
    int slots() const { return 1; }
    int max_rows() const { return run.max_rows(); }
    const float* forward(std::span<const int> tokens, std::span<const kernels::SequenceRows> sequences) {
        return run.forward(tokens, sequences);
    }
    void copy_slot(int from, int to, int positions) { run.copy_slot(from, to, positions); }
};

}  // namespace

/// Where the context is full, its second half begins a new one.
std::string example::write_sample(const TextTask& task, const float* parameters) {
    Model<text_model::Model> model;
    std::copy_n(parameters, model.parameters.size(), model.parameters.data());
    model.prepare();
    const TrainTextFlags& flags = task.flags;
    const int context = std::max(2, flags.context);
    TextRun<text_model::Model> whole(model, {.context = std::min(context, longest_context<text_model::Model>)});
    KnownTokens run{whole, task.tokens};
    std::vector<TokenId> ids = task.tokenizer.encode(flags.prompt);
    const std::size_t end = ids.size() + static_cast<std::size_t>(flags.sample_tokens);
    for (int part = 0; ids.size() < end; ++part) {
        const int known = std::min(static_cast<int>(ids.size()), context / 2);
        const std::vector<std::vector<TokenId>> before{{ids.end() - known, ids.end()}};
        const int left = static_cast<int>(end - ids.size());
        const Generated written = generate(run, task.tokenizer, std::span(before),
                                           {.max_new_tokens = std::min(left, context - known),
                                            .temperature = 0.8,
                                            .top_k = 200,
                                            .seed = flags.seed,
                                            .first_sequence = part});
        ids.insert(ids.end(), written.texts[0].ids.begin(), written.texts[0].ids.end());
    }
    return task.tokenizer.decode(ids) + "\n";
}

int main(int argc, char** argv) {
    example::TrainTextFlags flags;
    flags.batch = 12;
    flags.out = "out/text";
    if (!flags.parse(argc, argv)) return flags.exit_code;

    return example::run([&] {
        const std::string text = read_corpus(flags.data);
        const Tokenizer tokenizer = tokenizer_of(flags, text);
        const std::vector<TokenId> tokens = tokenizer.encode(text, {.add_special_tokens = false});
        if (!flags.tokenizer.empty() || !flags.from.empty())
            expect_known(tokenizer, tokens, (flags.tokenizer.empty() ? flags.from : flags.tokenizer).string());
        expect_prompt(flags, tokenizer, text);
        example::TextTask task{.flags = flags,
                               .tokenizer = tokenizer,
                               .tokens = std::min(tokenizer.size(), text_model::Model::vocabulary),
                               .parts = split_text(tokens),
                               .scaled_residuals = TextConfig(text_model::config).family().scaled_residuals};
        if (!flags.from.empty())
            task.pretrained = text_parameters<text_model::Model>(TextFiles(flags.from), text_model::config);
        if (flags.device == "cpu") return example::train_text<Cpu>(task);
#if defined(GENOTYPE_WITH_CUDA)
        return example::train_text_on_cuda(task);
#else
        example::no_cuda();
#endif
    });
}
