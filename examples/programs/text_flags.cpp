// Apart from the program, because a command line library takes long to compile.
#include "text_flags.hpp"

#include <unistd.h>

#include <iostream>
#include <iterator>
#include <map>

#include "parse_flags.hpp"

namespace example {

bool TextFlags::parse(int argc, char** argv) {
    using genotype::EarlyStopping;
    CLI::App app(
        "Writes on from a prompt with a pretrained language model: the likeliest token each time, unless a sampling "
        "flag or --num-beams is given.");
    app.option_defaults()->always_capture_default();
    app.add_option("--model", model, "a Hugging Face folder, or a GGUF file")->required();
    app.add_option("--device", device, "cpu, or cuda: an NVIDIA GPU, where weights are float32, whatever the file has")
        ->check(CLI::IsMember({"cpu", "cuda"}));
    auto* const given = app.add_option("--prompt", prompt, "what to write on from (default: standard input)");
    auto& g = generation;
    app.add_option("--max-new-tokens", g.max_new_tokens, "tokens to write at most")->check(at_least(1));
    app.add_option("--min-new-tokens", g.min_new_tokens, "no end token before so many")->check(at_least(0));
    app.add_flag("--chat", chat, "the prompt is what a user says, in the form of the model's chat template");
    app.add_flag("--turns", turns,
                 "of --chat: each line of standard input is a turn of one conversation, which is what a terminal does "
                 "without --prompt")
        ->needs("--chat")
        ->excludes("--prompt");
    app.add_option("--context", context,
                   "tokens that a conversation in turns may have, or that --score reads at a time")
        ->check(at_least(2));
    app.add_flag("--truncate", g.truncate, "of a prompt that is too long for the model, keep the end");
    app.add_flag("--ignore-end", ignore_end, "continue behind the model's end tokens");
    app.add_option("--stop", g.stop_strings, "stop behind this string; may be given more than once");
    app.add_flag("!--keep-special-tokens", g.skip_special_tokens, "special tokens stay in the text");

    const std::string sampling = "Sampling", beams = "Beam search";
    app.add_flag("--sample", g.do_sample, "draw tokens by their probability; so does any flag of this group")
        ->group(sampling);
    app.add_option("--temperature", g.temperature, "divides the logits; below 1 is safer")->group(sampling);
    app.add_option("--top-k", g.top_k, "only the k likeliest tokens")->group(sampling);
    app.add_option("--top-p", g.top_p, "only the likeliest tokens that add up to p")->group(sampling);
    app.add_option("--min-p", g.min_p, "only tokens at least p times as likely as the likeliest")->group(sampling);
    app.add_option("--seed", g.seed, "the same seed draws the same text")->check(any_seed())->group(sampling);
    app.add_option("--num-beams", g.num_beams, "texts that are followed at the same time")
        ->check(at_least(1))
        ->group(beams);
    app.add_option("--length-penalty", g.length_penalty, "above 0 prefers longer texts")->group(beams);
    app.add_option("--early-stopping", g.early_stopping, "when to stop")
        ->transform(CLI::CheckedTransformer(std::map<std::string, EarlyStopping>{
            {"no", EarlyStopping::no}, {"yes", EarlyStopping::yes}, {"never", EarlyStopping::never}}))
        ->default_str("no")
        ->group(beams);
    app.add_option("--repetition-penalty", g.repetition_penalty, "above 1 makes tokens that were there less likely");
    app.add_option("--no-repeat-ngram", g.no_repeat_ngram_size, "no so many tokens in a row twice (0: off)");

    app.add_flag("--bf16", bf16, "on the processor keep float32 weights as bfloat16: half the memory, less exact");
    app.add_flag("!--no-strict", strict, "leave out tensors that the model's files have beside its own, and name them");
    app.add_option("--prefix", prefix, "before the names of all tensors of a folder: module. of a training's wrapper");
    app.add_flag("--json", json, "write one object with prompt_ids, new_ids and text");
    app.add_flag("--score", score, "write nothing, but say how probable the prompt is: nats a token, and perplexity")
        ->excludes("--turns");
    app.add_flag("--tokenize", tokenize, "read lines from standard input and write a JSON array of ids for each");
    add_threads_flag(app, threads);
    if (!parse_command_line(app, argc, argv, exit_code)) return false;
    set_threads(threads);
    exit_code = run([&] {
        if (turns && json) genotype::fail("--turns", "flag", "--json", "none: answers are written as they come");
        if (bf16 && device != "cpu")
            genotype::fail("--bf16", "device", device, "cpu: weights are float32 on an NVIDIA GPU");
        return 0;
    });
    if (exit_code != 0) return false;
    prompt_is_given = given->count() > 0;
    if (chat && !prompt_is_given && !json && !score && ::isatty(STDIN_FILENO) != 0) turns = shows_marks = true;
    if (!prompt_is_given && !tokenize && !turns) {
        prompt.assign(std::istreambuf_iterator<char>(std::cin), {});
        drop_line_end(prompt);  // what a terminal or `echo` adds
    }
    drop_byte_order_mark(prompt);
    return true;
}

}  // namespace example
