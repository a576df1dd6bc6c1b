// What the example programs share: flags, and the files that they write.
#pragma once

#include <omp.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <genotype/data.hpp>
#include <genotype/genotype.hpp>
#include <genotype/io.hpp>
#include <genotype/training/progress.hpp>
#include <string>
#include <vector>

namespace example {

/// For a flag: a finite number from `least` on. (CLI11's own checks let NaN, and -1 as a seed, through.)
inline CLI::Validator at_least(double least) {
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
    }

    void start() const {
        if (threads > 0) omp_set_num_threads(threads);
        std::error_code error;
        std::filesystem::create_directories(out, error);
        if (error) genotype::fail("--out", "folder " + out.string(), error.message(), "one that can be made");
        // Better now than after the training.
        const std::filesystem::path folder = samples_file.parent_path();
        if (!folder.empty() && !std::filesystem::is_directory(folder, error))
            genotype::fail("--samples-file", "folder", folder.string(), "one that is there");
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
