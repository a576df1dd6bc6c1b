// Apart from the program, because a command line library takes long to compile.
#include "draw_flags.hpp"

#include "parse_flags.hpp"

namespace example {

bool DrawFlags::parse(int argc, char** argv) {
    Flags& flags = settings.flags;
    CLI::App app(
        "Draws an image of what a prompt says, \"ankle boot\": its words become tokens of a GPT, which writes the "
        "codes of "
        "an image. Trains both models on first use, which takes minutes.");
    app.option_defaults()->always_capture_default();
    app.add_option("prompt", prompt, "words of the classes' names; others are refused with a list of them")->required();
    app.add_option("--count", count, "images to draw")->check(at_least(1));
    app.add_option("--seed", flags.seed, "the same seed draws the same images")->check(any_seed());
    app.add_option("--temperature", settings.temperature,
                   "what logits of codes are divided by; below 1, likelier codes come more often")
        ->check(at_least(1e-3));
    app.add_option("--top-k", settings.top_k, "draw from so many likeliest codes (0: all)")->check(at_least(0));
    app.add_option("--data", flags.data, "images to learn from, as of vae");
    app.add_option("--model", model,
                   "the model's file, also out/vae/model.safetensors of vae --model vq; trained where there is none "
                   "(default: beside the data, NAME.draw.safetensors)");
    app.add_option("--seconds", settings.seconds, "of that training (0: by epochs, as vae --model vq)")
        ->check(at_least(0));
    app.add_option("--out", flags.out, "the folder for images, and for what a training writes");
    add_threads_flag(app, flags.threads);
    if (!parse_command_line(app, argc, argv, exit_code)) return false;
    flags.resume_command = command_without_resume(argc, argv);
    exit_code = run([&] {
        set_threads(flags.threads);
        std::error_code error;
        std::filesystem::create_directories(flags.out, error);
        if (error) genotype::fail("--out", "folder " + flags.out.string(), error.message(), "one that can be made");
        return 0;
    });
    return exit_code == 0;
}

}  // namespace example
