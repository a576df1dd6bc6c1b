// Changes a PNG file and, three times in four, makes the checksums right again: libpng looks at nothing behind a wrong
// one, so that changes by chance would seldom get further.
#include <zlib.h>

#include <cstddef>
#include <cstdint>

#include "genotype/images/png_reader.hpp"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
    size = LLVMFuzzerMutate(data, size, most);
    if (seed % 4 == 0) return size;
    constexpr std::size_t signature = 8, frame = 12;  // a chunk's length, type and checksum
    for (std::size_t at = signature; at + frame <= size;) {
        const std::size_t length = genotype::detail::big_endian(data + at);
        if (length > size - at - frame) break;
        std::uint8_t* const checksum = data + at + 8 + length;
        const auto right = crc32(0, data + at + 4, static_cast<uInt>(length + 4));
        for (int byte = 0; byte < 4; ++byte) checksum[byte] = static_cast<std::uint8_t>(right >> (24 - 8 * byte));
        at += frame + length;
    }
    return size;
}
