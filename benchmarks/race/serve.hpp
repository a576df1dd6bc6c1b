// The side of a contestant that listens: "run N" is answered with the milliseconds of N steps, "memory" with megabytes.
#pragma once

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

/// Answers until its input ends. `planned` is how many floats the types say that all memory of the task has.
template <class Step>
int serve(long planned, Step step) {
    using Clock = std::chrono::steady_clock;
    constexpr int unmeasured = 2;  // the other contestant has just had the caches
    std::vector<double> times;
    step();
    std::puts("{\"ready\": \"genotype\"}");
    std::fflush(stdout);
    std::string word;
    while (std::cin >> word && word != "quit") {
        if (word == "run") {
            int steps = 0;
            std::cin >> steps;
            times.clear();
            for (int i = 0; i < steps + unmeasured; ++i) {
                const auto start = Clock::now();
                step();
                const double time = std::chrono::duration<double, std::milli>(Clock::now() - start).count();
                if (i >= unmeasured) times.push_back(time);
            }
            std::printf("[");
            for (std::size_t i = 0; i < times.size(); ++i) std::printf(i == 0 ? "%.6g" : ", %.6g", times[i]);
            std::puts("]");
        } else {
            std::printf("{\"peak_mb\": %.1f, \"planned_mb\": %.1f}\n", resident("VmHWM"),
                        static_cast<double>(planned) * 4 / (1 << 20));
        }
        std::fflush(stdout);
    }
    return 0;
}

}  // namespace race
