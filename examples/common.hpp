// What the example programs share: flags, and how a program ends.
#pragma once

#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <genotype/shape/error.hpp>
#include <initializer_list>
#include <string>
#include <vector>

namespace example {

/// A flag of one program's own: a number of at least `least`, or a switch.
struct Option {
    const char* name;
    const char* help;
    float* number = nullptr;
    bool* is_on = nullptr;
    double least = 0;
};

/// The flags of every training; a program sets its own defaults first.
struct TrainingFlags {
    int batch = 64;
    float learning_rate = 1e-3f;
    std::uint64_t seed = 0;
    int threads = 0;
    std::filesystem::path out = "out";
    long checkpoint_every = 0;
    float checkpoint_seconds = 60;
    bool resume = false;
    std::filesystem::path resume_from{};  // empty: the newest checkpoint in `out`

    /// The command that goes on with this training.
    std::string resume_command{};

    int exit_code = 0;
};

/// The flags of trainings on pictures.
struct Flags : TrainingFlags {
    std::string data = "fashion-mnist";
    std::string device = "cpu";
    int epochs = 10;
    int samples = 0;
    std::filesystem::path samples_file{};

    /// Reads the command line, sets the number of threads and makes the folder `out`. False where there is nothing more
    /// to do (--help, or a wrong flag, which has been told): the program then ends with `exit_code`.
    bool parse(int argc, char** argv, const char* what_it_does, std::initializer_list<Option> own);
};

/// What --device cuda comes to in a build without nvcc.
[[noreturn]] inline void no_cuda() {
    genotype::fail("--device", "device", "cuda in a build without nvcc", "cpu, or a build with nvcc (docs/gpu.md)");
}

/// How a program ends after Ctrl-C, as a shell has it.
inline constexpr int interrupted = 130;

/// Runs a program, and turns what goes wrong into one line and exit code 1.
template <class Program>
int run(Program program) {
    try {
        return program();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "error: %s\n", error.what());
        return 1;
    }
}

}  // namespace example
