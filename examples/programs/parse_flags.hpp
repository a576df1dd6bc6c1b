// What the flags of all examples have in common. Apart from the programs, because a command line library takes long to
// compile.
#pragma once

#include <omp.h>

#include <CLI/CLI.hpp>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <genotype/shape/error.hpp>
#include <limits>
#include <string>

#include "common.hpp"

namespace example {

/// Whether a number begins with zeros that say nothing. (CLI11 takes 010 for 8.)
inline bool has_leading_zero(const std::string& text) {
    const std::size_t first = text.find_first_not_of("+- ");
    return first != std::string::npos && text.size() > first + 1 && text[first] == '0' &&
           std::isdigit(static_cast<unsigned char>(text[first + 1])) != 0;
}

/// For a flag: a number from `least` on that a float can be. (CLI11's own checks let NaN through, and make infinity of
/// what is too large.)
inline CLI::Validator at_least(double least) {
    return CLI::Validator(
        [least](std::string& text) {
            char* end = nullptr;
            const double value = std::strtod(text.c_str(), &end);
            constexpr double most = std::numeric_limits<float>::max();
            const bool is_right = !text.empty() && *end == '\0' && value >= least && value <= most;
            if (has_leading_zero(text)) return "found " + text + ", expected a number that begins with no 0";
            if (is_right) return std::string();
            if (value > most) return "found " + text + ", expected a number that a float holds, below 3.4e38";
            char wanted[64];
            std::snprintf(wanted, sizeof wanted, ", expected a number of at least %g", least);
            return "found " + text + wanted;
        },
        "");
}

/// For a flag that `at_least` has looked at. (OpenMP ends a program that asks for more threads than there can be.)
inline CLI::Validator at_most(double most) {
    return CLI::Validator(
        [most](std::string& text) {
            char wanted[64];
            std::snprintf(wanted, sizeof wanted, ", expected a number of at most %g", most);
            return std::strtod(text.c_str(), nullptr) <= most ? std::string() : "found " + text + wanted;
        },
        "");
}

/// For the decay of an average, which `at_least` has looked at.
inline CLI::Validator below_one() {
    return CLI::Validator(
        [](std::string& text) {
            const bool is_right = std::strtof(text.c_str(), nullptr) < 1;
            return is_right ? std::string() : "found " + text + ", expected a number below 1, or 0 for none";
        },
        "");
}

/// For a seed: a whole number of 64 bits. (CLI11 makes the largest of one that is too large.)
inline CLI::Validator any_seed() {
    return CLI::Validator(
        [](std::string& text) {
            if (has_leading_zero(text)) return "found " + text + ", expected a whole number that begins with no 0";
            char* end = nullptr;
            errno = 0;
            std::strtoull(text.c_str(), &end, 0);
            if (!text.empty() && *end == '\0' && errno == 0 && text.find('-') == text.npos) return std::string();
            return "found " + text + ", expected a whole number from 0 to 18446744073709551615";
        },
        "");
}

/// Reads the command line. False where the program ends with `exit_code`.
inline bool parse_command_line(CLI::App& app, int argc, char** argv, int& exit_code) {
    keep_standard_places();
    try {
        app.parse(argc, argv);
        return true;
    } catch (const CLI::ParseError& error) {
        exit_code = with_whole_output(app.exit(error) == 0 ? 0 : 2);
        return false;
    }
}

/// The flag --threads, and what it does.
inline void add_threads_flag(CLI::App& app, int& threads) {
    app.add_option("--threads", threads, "0: as many as OpenMP likes")->check(at_least(0))->check(at_most(1024));
}
inline void set_threads(int threads) {
    if (threads > 0) omp_set_num_threads(threads);
}

/// The command line, to be pasted into a shell.
inline std::string command_without_resume(int argc, char** argv) {
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

/// Adds the flags; `learning_rate_of` is an optimiser's name, `batch` what a step sees.
inline CLI::Option* add_training_flags(CLI::App& app, TrainingFlags& flags, const std::string& learning_rate_of,
                                       const std::string& batch) {
    app.option_defaults()->always_capture_default();
    app.add_option("--batch", flags.batch, batch + " a step")->check(at_least(1));
    app.add_option("--learning-rate", flags.learning_rate, "of " + learning_rate_of)->check(at_least(0));
    app.add_option("--seed", flags.seed, "the same seed gives the same result")->check(any_seed());
    app.add_option("--average", flags.average,
                   "decay of an average of the weights, such as 0.999, which all results are then drawn and measured "
                   "from (0: none; checkpoints keep both)")
        ->check(at_least(0))
        ->check(below_one());
    add_threads_flag(app, flags.threads);
    app.add_option("--out", flags.out, "the folder for all that is written");
    app.add_option("--checkpoint-every", flags.checkpoint_every,
                   "steps between checkpoints (0: only by time, and at the end)")
        ->check(at_least(0));
    app.add_option("--checkpoint-seconds", flags.checkpoint_seconds, "seconds between checkpoints (0: only by steps)")
        ->check(at_least(0));
    auto* resumed =
        app.add_option("--resume", flags.resume_from,
                       "resume from a checkpoint with the same flags: a file, or the newest of OUT/checkpoints");
    resumed->expected(0, 1);
    return resumed;
}

/// Reads the command line, sets the number of threads, makes the folder and calls `check`. False where the program ends
/// with `exit_code`.
template <class Check>
bool parse_training_flags(CLI::App& app, int argc, char** argv, TrainingFlags& flags, const CLI::Option* resumed,
                          Check check) {
    if (!parse_command_line(app, argc, argv, flags.exit_code)) return false;
    flags.resume = resumed->count() > 0;
    flags.resume_command = command_without_resume(argc, argv) + " --resume";
    flags.exit_code = run([&] {
        set_threads(flags.threads);
        std::error_code error;
        std::filesystem::create_directories(flags.out, error);
        if (error) genotype::fail("--out", "folder " + flags.out.string(), error.message(), "one that can be made");
        check();
        return 0;
    });
    return flags.exit_code == 0;
}

}  // namespace example
