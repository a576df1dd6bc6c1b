// The flags of `text`.
#pragma once

#include <filesystem>
#include <genotype/text/generation/generation_options.hpp>
#include <string>

namespace example {

struct TextFlags {
    std::filesystem::path model{};
    std::string prompt{};
    bool prompt_is_given = false;  // by --prompt
    std::string device = "cpu";
    genotype::GenerationOptions generation{.max_new_tokens = 100};
    bool ignore_end = false;
    bool chat = false;
    bool turns = false;        // of --chat: what a user says comes line by line
    int context = 2048;        // of such a conversation, and of what is scored at a time
    bool shows_marks = false;  // at a terminal: where one may write
    bool bf16 = false;
    bool strict = true;
    std::string prefix{};
    bool json = false;
    bool tokenize = false;
    bool score = false;
    int threads = 0;

    /// Reads the command line, sets the number of threads and, without --prompt, reads the prompt from standard input.
    /// False where there is nothing more to do (--help, or a wrong flag, which has been reported): the program then
    /// ends with `exit_code`.
    bool parse(int argc, char** argv);

    int exit_code = 0;
};

/// A line's end as Unix or Windows writes it.
inline void drop_line_end(std::string& text) {
    if (!text.ends_with('\n')) return;
    text.pop_back();
    if (text.ends_with('\r')) text.pop_back();
}
/// U+FEFF, with which some editors begin a file.
inline void drop_byte_order_mark(std::string& text) {
    if (text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);
}

}  // namespace example
