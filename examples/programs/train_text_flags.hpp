// The flags of `train_text`.
#pragma once

#include <string>

#include "common.hpp"

namespace example {

/// nanoGPT's numbers for a processor.
struct TrainTextFlags : TrainingFlags {
    std::string data = "tiny-shakespeare";
    std::string device = "cpu";
    std::filesystem::path tokenizer{};  // a folder; empty: characters
    std::filesystem::path from{};       // a folder or file of weights; empty: initial values
    long steps = 2000;
    int context = 64;
    float warmup = 0.05f;  // of the steps
    float weight_decay = 0.1f;
    long evaluate_every = 250;
    std::string prompt = "\n";
    int sample_tokens = 500;

    /// Reads the command line, sets the number of threads and makes the folder `out`. False where there is nothing more
    /// to do (--help, or a wrong flag, which has been reported): the program then ends with `exit_code`.
    bool parse(int argc, char** argv);
};

}  // namespace example
