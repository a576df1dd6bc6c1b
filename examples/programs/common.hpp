// What the example programs share: flags, and how a program ends.
#pragma once

#include <fcntl.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <exception>
#include <filesystem>
#include <genotype/shape/error.hpp>
#include <initializer_list>
#include <string>
#include <vector>

namespace example {

/// A flag of one program's own: a number of at least `least`, a whole one, a switch, one of some words, or a file to
/// write.
struct Option {
    const char* name;
    const char* help;
    float* number = nullptr;
    bool* is_on = nullptr;
    double least = 0;
    std::string* word = nullptr;
    std::vector<std::string> words{};
    std::filesystem::path* file = nullptr;
    std::vector<std::string> needs{};  // other flags
    int* count = nullptr;              // a whole number
};

/// The flags of every training; a program sets its own defaults first.
struct TrainingFlags {
    int batch = 64;
    float learning_rate = 1e-3f;
    std::uint64_t seed = 0;
    float average = 0;  // decay of the average of the weights; 0: none
    int threads = 0;
    std::filesystem::path out = "out";
    long checkpoint_every = 0;
    float checkpoint_seconds = 60;
    bool resume = false;
    std::filesystem::path resume_from{};  // empty: the newest checkpoint in `out`

    /// The command that resumes with this training.
    std::string resume_command{};

    int exit_code = 0;
};

/// The flags of trainings on images.
struct Flags : TrainingFlags {
    std::string data = "fashion-mnist";
    std::string device = "cpu";
    int epochs = 10;
    int samples = 0;
    std::filesystem::path samples_file{};

    /// Reads the command line, sets the number of threads and makes the folder `out`. False where there is nothing more
    /// to do (--help, or a wrong flag, which has been reported): the program then ends with `exit_code`.
    bool parse(int argc, char** argv, const char* what_it_does, std::initializer_list<Option> own);
};

/// What --device cuda comes to in a build without nvcc.
[[noreturn]] inline void no_cuda() {
    genotype::fail("--device", "device", "cuda in a build without nvcc", "cpu, or a build with nvcc (docs/gpu.md)");
}

/// How a program ends after a signal, as a shell has it: 130 after Ctrl-C.
constexpr int exit_code_after(int signal) {
    return 128 + signal;
}

/// To be called before anything is opened: what is opened first takes the place of a standard stream that is closed,
/// and would get all that the program prints. In that place there is something now that takes nothing.
inline void keep_standard_places() {
    for (int place = 0; place < 3; ++place)
        if (::fcntl(place, F_GETFD) < 0) static_cast<void>(::open("/dev/null", place == 0 ? O_WRONLY : O_RDONLY));
}

/// What a flag says, looked at before the others are read, whose defaults depend on it.
inline std::string word_of(int argc, char** argv, const std::string& flag, std::string otherwise) {
    for (int at = 1; at < argc; ++at) {
        const std::string word = argv[at];
        if (word == flag && at + 1 < argc) otherwise = argv[at + 1];
        if (word.starts_with(flag + "=")) otherwise = word.substr(flag.size() + 1);
    }
    return otherwise;
}

/// The exit code of a program that ends with `code`: 1, and a sentence, where not all of its output could be written.
inline int with_whole_output(int code) {
    errno = 0;
    const bool flushed = std::fflush(stdout) == 0;
    if (code != 0 || (flushed && !std::ferror(stdout))) return code;
    std::fprintf(stderr, "error: standard output: found %s, expected a place for all that is written\n",
                 errno != 0 ? std::strerror(errno) : "an error in writing (is the disk full?)");
    return 1;
}

/// Runs a program, and turns what goes wrong into one line and exit code 1.
template <class Program>
int run(Program program) {
    try {
        return with_whole_output(program());
    } catch (const std::exception& error) {
        std::fflush(stdout);  // what came before comes first
        std::fprintf(stderr, "error: %s\n", error.what());
        return 1;
    }
}

}  // namespace example
