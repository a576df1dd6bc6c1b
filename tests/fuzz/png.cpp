// The bytes of a PNG file.
#include "genotype/images/png_reader.hpp"
#include "support/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::attempt([&] { fuzz::expect_whole(genotype::detail::decode_png({data, size}, "bytes")); });
    return 0;
}
