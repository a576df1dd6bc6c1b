// Numbers of 4 and 8 bits in blocks of 32 that share a scale, as ggml stores them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "genotype/dtype/half.hpp"

namespace genotype::inline v0_1 {

// A block says how many values it has, has `dequantize` for all of them, and `value` for one alone:
// `read.template at<Number>(begin)` reads what begins at a byte of a block, which lies anywhere.

/// 32 numbers of 8 bits: value i is `quants[i] * scale`. 8.5 bits a value. ggml equivalent: `block_q8_0`.
struct BlockQ8_0 {
    static constexpr int values = 32;
    Float16 scale;
    std::array<std::int8_t, 32> quants;

    template <class Read>
    static constexpr float value(const Read& read, std::size_t place) {
        const int quant = read.template at<std::int8_t>(offsetof(BlockQ8_0, quants) + place);
        return static_cast<float>(quant) * to_float(read.template at<Float16>(offsetof(BlockQ8_0, scale)));
    }
};

/// 32 numbers of 4 bits: value i is `(q - 8) * scale`, where q is the lower half of byte i for the first 16 values, and
/// the upper half of byte i - 16 for the others. 4.5 bits a value. ggml equivalent: `block_q4_0`.
struct BlockQ4_0 {
    static constexpr int values = 32;
    Float16 scale;
    std::array<std::uint8_t, 16> quants;

    template <class Read>
    static constexpr float value(const Read& read, std::size_t place) {
        const int both = read.template at<std::uint8_t>(offsetof(BlockQ4_0, quants) + place % 16);
        const int quant = place < 16 ? both & 15 : both >> 4;
        return static_cast<float>(quant - 8) * to_float(read.template at<Float16>(offsetof(BlockQ4_0, scale)));
    }
};

/// 32 numbers of 4 bits: value i is `q * scale + least`, with q as in `BlockQ4_0`. 5 bits a value. ggml equivalent:
/// `block_q4_1`.
struct BlockQ4_1 {
    static constexpr int values = 32;
    Float16 scale, least;
    std::array<std::uint8_t, 16> quants;

    template <class Read>
    static constexpr float value(const Read& read, std::size_t place) {
        const int both = read.template at<std::uint8_t>(offsetof(BlockQ4_1, quants) + place % 16);
        const int quant = place < 16 ? both & 15 : both >> 4;
        const float scale = to_float(read.template at<Float16>(offsetof(BlockQ4_1, scale)));
        return static_cast<float>(quant) * scale + to_float(read.template at<Float16>(offsetof(BlockQ4_1, least)));
    }
};

static_assert(sizeof(BlockQ8_0) == 34 && sizeof(BlockQ4_0) == 18 && sizeof(BlockQ4_1) == 20);

// A copy of the bytes, which might be what is written to for all that a compiler knows, and a loop for each half: so
// GCC 12 turns all of it into vector code at -O2, three to five times as fast.

/// The 32 values of a block, to the bit as ggml's `dequantize_row_q8_0` and gguf-py's `dequantize` have them.
inline void dequantize(const BlockQ8_0& block, float* to) {
    const float scale = to_float(block.scale);
    const auto quants = block.quants;
    for (std::size_t i = 0; i < 32; ++i) to[i] = static_cast<float>(quants[i]) * scale;
}
inline void dequantize(const BlockQ4_0& block, float* to) {
    const float scale = to_float(block.scale);
    const auto quants = block.quants;
    for (std::size_t i = 0; i < 16; ++i) to[i] = static_cast<float>((quants[i] & 15) - 8) * scale;
    for (std::size_t i = 0; i < 16; ++i) to[i + 16] = static_cast<float>((quants[i] >> 4) - 8) * scale;
}
/// The product has at most 15 bits, so that it is exact, and a fused multiplication and addition gives the same.
inline void dequantize(const BlockQ4_1& block, float* to) {
    const float scale = to_float(block.scale), least = to_float(block.least);
    const auto quants = block.quants;
    for (std::size_t i = 0; i < 16; ++i) to[i] = static_cast<float>(quants[i] & 15) * scale + least;
    for (std::size_t i = 0; i < 16; ++i) to[i + 16] = static_cast<float>(quants[i] >> 4) * scale + least;
}

}  // namespace genotype::inline v0_1
