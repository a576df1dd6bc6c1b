// Apart from the program, because a command line library takes long to compile.
#include "train_text_flags.hpp"

#include "parse_flags.hpp"

namespace example {

bool TrainTextFlags::parse(int argc, char** argv) {
    CLI::App app("Trains a language model on a text: characters, or the tokens of --tokenizer.");
    auto* resumed = add_training_flags(app, *this, "AdamW, after the warm-up; a tenth of it at the end", "texts");
    app.add_option("--data", data, "tiny-shakespeare, or a file of UTF-8; gzip too");
    app.add_option("--device", device, "cpu, or cuda: an NVIDIA GPU")->check(CLI::IsMember({"cpu", "cuda"}));
    app.add_option("--tokenizer", tokenizer, "a folder with tokenizer.json, or vocab.json and merges.txt");
    app.add_option("--from", from, "start from pretrained weights: a Hugging Face folder, or a GGUF file");
    app.add_option("--steps", steps, "how many")->check(at_least(1));
    app.add_option("--context", context, "tokens of each text")->check(at_least(1));
    app.add_option("--warmup", warmup, "share of the steps in which the learning rate grows")
        ->check(CLI::Range(0.0, 0.99));
    app.add_option("--weight-decay", weight_decay, "of matrices and embeddings")->check(at_least(0));
    app.add_option("--evaluate-every", evaluate_every, "steps between estimates of the validation loss")
        ->check(at_least(1));
    app.add_option("--prompt", prompt, "what the sample begins with");
    app.add_option("--sample-tokens", sample_tokens, "tokens of the sample")->check(at_least(1));
    return parse_training_flags(app, argc, argv, *this, resumed, [] {});
}

}  // namespace example
