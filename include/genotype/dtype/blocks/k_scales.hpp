// The scales and least values of 6 bits that K types share.
#pragma once

#include <cstddef>

namespace genotype::inline v0_1::detail {

/// Number `index` of 8 scales of 6 bits, and of 8 least values, which lie in 12 bytes: the first four of each in the
/// lower six bits of bytes 0 to 3 and 4 to 7, of the others the lower four bits in the halves of bytes 8 to 11 and the
/// upper two on top of bytes 0 to 7. `byte(i)` reads one. ggml equivalent: `get_scale_min_k4`.
template <class Byte>
constexpr int six_bit_scale(Byte byte, std::size_t index) {
    return index < 4 ? byte(index) & 63 : (byte(index + 4) & 15) | (byte(index - 4) >> 2 & 48);
}
template <class Byte>
constexpr int six_bit_least(Byte byte, std::size_t index) {
    return index < 4 ? byte(index + 4) & 63 : byte(index + 4) >> 4 | (byte(index) >> 2 & 48);
}

/// Reads bytes of a block from one on.
template <class Read>
struct BytesFrom {
    const Read& read;
    std::size_t begin;

    constexpr int operator()(std::size_t index) const { return read.template at<unsigned char>(begin + index); }
};

}  // namespace genotype::inline v0_1::detail
