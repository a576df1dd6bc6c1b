// The flags of `text`.
#pragma once

#include <filesystem>
#include <genotype/text/generation_options.hpp>
#include <string>

namespace example {

struct TextFlags {
    std::filesystem::path model{};
    std::string prompt{};
    std::string device = "cpu";
    genotype::GenerationOptions generation{.max_new_tokens = 100};
    bool ignore_end = false;
    bool chat = false;
    bool bf16 = false;
    bool strict = true;
    bool json = false;
    bool tokenize = false;
    int threads = 0;

    /// Reads the command line, sets the number of threads and, without --prompt, reads the prompt from standard input.
    /// False where there is nothing more to do (--help, or a wrong flag, which has been told): the program then ends
    /// with `exit_code`.
    bool parse(int argc, char** argv);

    int exit_code = 0;
};

}  // namespace example
