// What the example programs share: flags, and the files that they write.
#pragma once

#include <omp.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <genotype/data.hpp>
#include <genotype/genotype.hpp>
#include <genotype/io.hpp>
#include <genotype/training/progress.hpp>
#include <string>
#include <vector>

namespace example {

/// The flags of every example; a program sets its own defaults first.
struct Flags {
    std::string data = "fashion-mnist";
    int epochs = 10;
    int batch = 64;
    float learning_rate = 1e-3f;
    std::uint64_t seed = 0;
    int threads = 0;
    std::filesystem::path out = "out";
    int samples = 0;
    std::filesystem::path samples_file{};

    void add_to(CLI::App& app) {
        app.option_defaults()->always_capture_default();
        app.add_option("--data", data, "fashion-mnist, mnist, cifar10, or a folder of PNG files");
        app.add_option("--epochs", epochs, "how often each picture is seen")->check(CLI::PositiveNumber);
        app.add_option("--batch", batch, "pictures a step")->check(CLI::PositiveNumber);
        app.add_option("--learning-rate", learning_rate, "of Adam")->check(CLI::PositiveNumber);
        app.add_option("--seed", seed, "the same seed gives the same result");
        app.add_option("--threads", threads, "0: as many as OpenMP likes")->check(CLI::NonNegativeNumber);
        app.add_option("--out", out, "the folder for pictures and tables");
        auto* count = app.add_option("--samples", samples, "how many samples to write after the training");
        auto* file = app.add_option("--samples-file", samples_file, "where: .npy, uint8, N x H x W x C");
        count->check(CLI::PositiveNumber)->needs(file);
        file->needs(count);
    }

    void start() const {
        if (threads > 0) omp_set_num_threads(threads);
        std::filesystem::create_directories(out);
    }
};

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

inline void name_files(const std::filesystem::path& folder, const std::vector<std::string>& names) {
    for (const std::string& name : names) std::printf("%s\n", (folder / name).c_str());
}

}  // namespace example
