// The flags of the examples. Apart from the programs, because a command line library takes long to compile.
#include <omp.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdlib>
#include <genotype/shape/error.hpp>

#include "common.hpp"

namespace example {
namespace {

/// For a flag: a finite number from `least` on. (CLI11's own checks let NaN, and -1 as a seed, through.)
CLI::Validator at_least(double least) {
    return CLI::Validator(
        [least](std::string& text) {
            char* end = nullptr;
            const double value = std::strtod(text.c_str(), &end);
            if (!text.empty() && *end == '\0' && std::isfinite(value) && value >= least) return std::string();
            char wanted[64];
            std::snprintf(wanted, sizeof wanted, ", expected a number of at least %g", least);
            return "found " + text + wanted;
        },
        "");
}

/// The command line, to be pasted into a shell.
std::string command_without_resume(int argc, char** argv) {
    std::string command;
    for (int at = 0; at < argc; ++at) {
        const std::string word = argv[at];
        if (word.starts_with("--resume=")) continue;
        if (word == "--resume") {
            if (at + 1 < argc && argv[at + 1][0] != '-') ++at;
            continue;
        }
        std::string quoted;
        for (const char letter : word) quoted += letter == '\'' ? "'\\''" : std::string(1, letter);
        const bool plain = !word.empty() && word.find_first_not_of(
                                                "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                                "0123456789-_./=,+:") == std::string::npos;
        command += (at > 0 ? " " : "") + (plain ? word : "'" + quoted + "'");
    }
    return command;
}

void prepare(const Flags& flags) {
    if (flags.threads > 0) omp_set_num_threads(flags.threads);
    std::error_code error;
    std::filesystem::create_directories(flags.out, error);
    if (error) genotype::fail("--out", "folder " + flags.out.string(), error.message(), "one that can be made");
    // Better now than after the training.
    const std::filesystem::path folder = flags.samples_file.parent_path();
    if (!folder.empty() && !std::filesystem::is_directory(folder, error))
        genotype::fail("--samples-file", "folder", folder.string(), "one that is there");
}

}  // namespace

bool Flags::parse(int argc, char** argv, const char* what_it_does, std::initializer_list<Option> own) {
    CLI::App app(what_it_does);
    app.option_defaults()->always_capture_default();
    app.add_option("--data", data, "fashion-mnist, mnist, cifar10, or a folder of PNG files");
    app.add_option("--epochs", epochs, "how often each picture is seen")->check(at_least(1));
    app.add_option("--batch", batch, "pictures a step")->check(at_least(1));
    app.add_option("--learning-rate", learning_rate, "of Adam")->check(at_least(0));
    app.add_option("--seed", seed, "the same seed gives the same result")->check(at_least(0));
    app.add_option("--threads", threads, "0: as many as OpenMP likes")->check(at_least(0));
    app.add_option("--out", out, "the folder for pictures and tables");
    auto* count = app.add_option("--samples", samples, "how many samples to write after the training");
    auto* file = app.add_option("--samples-file", samples_file, "where: .npy, uint8, N x H x W x C");
    count->check(at_least(1))->needs(file);
    file->needs(count);
    app.add_option("--checkpoint-every", checkpoint_every,
                   "steps between checkpoints (0: only by time, and at the end)")
        ->check(at_least(0));
    app.add_option("--checkpoint-seconds", checkpoint_seconds, "seconds between checkpoints (0: only by steps)")
        ->check(at_least(0));
    auto* resumed =
        app.add_option("--resume", resume_from,
                       "go on from a checkpoint with the same flags: a file, or the newest of OUT/checkpoints");
    resumed->expected(0, 1);
    for (const Option& option : own) {
        if (option.is_on)
            app.add_flag(option.name, *option.is_on, option.help);
        else
            app.add_option(option.name, *option.number, option.help)->check(at_least(option.least));
    }
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        exit_code = app.exit(error) == 0 ? 0 : 2;
        return false;
    }
    resume = resumed->count() > 0;
    resume_command = command_without_resume(argc, argv) + " --resume";
    exit_code = run([&] {
        prepare(*this);
        return 0;
    });
    return exit_code == 0;
}

}  // namespace example
