// Images of an IDX file, plain or gzip.
#include "genotype/images/idx.hpp"

#include "support/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const fuzz::MemoryFile file;
    file.set({data, size});
    fuzz::attempt([] { fuzz::expect_whole(genotype::read_idx(file.path())); });
    return 0;
}
