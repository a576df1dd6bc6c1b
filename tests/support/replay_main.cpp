// Runs a fuzz target over every file of the folders named: the corpus, in a build without libFuzzer.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>

#include "genotype/images/png_reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int count, char** arguments) {
    int files = 0;
    for (int argument = 1; argument < count; ++argument)
        for (const auto& entry : std::filesystem::directory_iterator(arguments[argument])) {
            std::printf("%s\n", entry.path().c_str());
            std::fflush(stdout);  // the last line names the file that ends the program
            const auto bytes = genotype::detail::read_whole_file(entry.path());
            LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
            ++files;
        }
    std::printf("%d files are read or refused.\n", files);
    return files > 0 ? 0 : 1;
}
