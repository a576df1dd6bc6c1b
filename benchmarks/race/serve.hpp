// The side of a contestant that listens: "run N" is answered with the milliseconds of N steps, "memory" with megabytes.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

namespace race {

struct Setting {
    int batch = 64;
    int threads = 1;
    unsigned seed = 0;
};

/// Megabytes of a line of /proc/self/status; 0 where there is no such file.
inline double resident(const std::string& field) {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with(field + ":")) return std::stod(line.substr(field.size() + 1)) / 1024;
    return 0;
}

/// A device that is done when a step returns.
struct Here {
    static constexpr bool runs_ahead = false;
    std::FILE* answers = stdout;

    void wait() const {}
    double megabytes() const { return 0; }
    void choose(const std::string&) const {}
};

/// Answers until its input ends. `planned` is how many floats the types say that all memory of the task has. Of a
/// device that runs ahead of its caller a tenth of the steps is timed at once, between waits, and each stands for its
/// share.
template <class Step, class Device = Here>
int serve(long planned, Step step, const Device& device = {}) {
    using Clock = std::chrono::steady_clock;
    constexpr int unmeasured = 2;  // the other contestant has just had the caches
    std::vector<double> times;
    for (int i = 0; i < (Device::runs_ahead ? 3 : 1); ++i) step();
    device.wait();
    const double megabytes = device.megabytes();  // before others come
    std::FILE* const out = device.answers;
    std::fputs("{\"ready\": \"genotype\"}\n", out);
    std::fflush(out);
    std::string word;
    while (std::cin >> word && word != "quit") {
        if (word == "run") {
            int steps = 0;
            std::cin >> steps;
            const int together = Device::runs_ahead ? std::max(1, steps / 10) : 1;
            times.clear();
            for (int i = 0; i < unmeasured; ++i) step();
            device.wait();
            for (int i = 0; i < steps; i += together) {
                const auto start = Clock::now();
                for (int j = 0; j < together; ++j) step();
                device.wait();
                const std::chrono::duration<double, std::milli> time = Clock::now() - start;
                times.push_back(time.count() / together);
            }
            std::fputs("[", out);
            for (std::size_t i = 0; i < times.size(); ++i) std::fprintf(out, i == 0 ? "%.6g" : ", %.6g", times[i]);
            std::fputs("]\n", out);
        } else if (word == "choose") {
            std::cin >> word;
            device.choose(word);
            std::fputs("true\n", out);
        } else {
            std::fprintf(out, "{\"peak_mb\": %.1f, \"planned_mb\": %.1f, \"gpu_mb\": %.1f}\n", resident("VmHWM"),
                         static_cast<double>(planned) * 4 / (1 << 20), megabytes);
        }
        std::fflush(out);
    }
    return 0;
}

}  // namespace race
