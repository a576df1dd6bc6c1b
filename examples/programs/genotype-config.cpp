// The type of a text model, from its files: what `genotype_text_model` of CMake runs.
//     build/examples/genotype-config FOLDER                   prints the alias
//     build/examples/genotype-config --header NAME FOLDER     prints a header with NAME::Model and NAME::config
// FOLDER is in Hugging Face's form, or a GGUF file.
#include <cctype>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string_view>

#include "genotype/text/files/config_file.hpp"
#include "genotype/text/files/config_source.hpp"

namespace {

bool is_name(std::string_view name) {
    for (const char letter : name)
        if (letter != '_' && !std::isalnum(static_cast<unsigned char>(letter))) return false;
    return !name.empty() && !std::isdigit(static_cast<unsigned char>(name[0]));
}

}  // namespace

int main(int count, char** arguments) {
    const bool header = count == 4 && std::string_view(arguments[1]) == "--header";
    if (!header && (count != 2 || arguments[1][0] == '-')) {
        std::fprintf(stderr, "usage: genotype-config [--header NAME] FOLDER\n");
        return 2;
    }
    if (header && !is_name(arguments[2])) {
        std::fprintf(stderr, "genotype-config: \"%s\" is no name for a namespace\n", arguments[2]);
        return 2;
    }
    try {
        const genotype::TextConfig config = genotype::read_text_config(arguments[count - 1]);
        const std::string text = header ? genotype::model_header(config, arguments[2]) : genotype::model_source(config);
        errno = 0;
        if (std::fputs(text.c_str(), stdout) >= 0 && std::fflush(stdout) == 0) return 0;
        std::fprintf(stderr, "genotype-config: standard output: found %s, expected a place for the %s\n",
                     std::strerror(errno), header ? "header" : "alias");
        return 1;
    } catch (const genotype::Error& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
