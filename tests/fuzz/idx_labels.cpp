// Labels of an IDX file, plain or gzip, beside two right images of one pixel.
#include <array>

#include "genotype/images/idx.hpp"
#include "support/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::array<std::uint8_t, 18> two{0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 7, 9};
    static const fuzz::MemoryFile images, labels;
    images.set(two);
    labels.set({data, size});
    fuzz::attempt([] { fuzz::expect_whole(genotype::read_idx(images.path(), labels.path())); });
    return 0;
}
