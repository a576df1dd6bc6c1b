// 256 numbers of 3 bits, of which 16 share a scale of 6 bits.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "genotype/dtype/half.hpp"

namespace genotype::inline v0_1 {

/// 256 numbers of 3 bits: value i is `q * (scale * (s - 32))`. The lower two bits of q + 4 lie as in `BlockQ2_K`, the
/// third is bit i / 32 of `highest[i % 32]`. Of the 16 numbers s, the lower four bits are the lower halves of the first
/// eight bytes of `scales`, then their upper halves, and the upper two bits the pairs of the last four bytes, the
/// lowest pairs first. 3.4375 bits a value. ggml equivalent: `block_q3_K`.
struct BlockQ3_K {
    static constexpr int values = 256;
    static constexpr std::string_view name = "Q3_K";
    std::array<std::uint8_t, 32> highest;
    std::array<std::uint8_t, 64> quants;
    std::array<std::uint8_t, 12> scales;
    Float16 scale;

    template <class Read>
    static constexpr float value(const Read& read, std::size_t place) {
        const std::size_t group = place / 16;
        const int low = read.template at<std::uint8_t>(offsetof(BlockQ3_K, scales) + group % 8) >> group / 8 * 4 & 15;
        const int high =
            read.template at<std::uint8_t>(offsetof(BlockQ3_K, scales) + 8 + group % 4) >> group / 4 * 2 & 3;
        const int four = read.template at<std::uint8_t>(offsetof(BlockQ3_K, quants) + place / 128 * 32 + place % 32);
        const int third = read.template at<std::uint8_t>(offsetof(BlockQ3_K, highest) + place % 32) >> place / 32 & 1;
        const int quant = (four >> place % 128 / 32 * 2 & 3) + third * 4 - 4;
        const float scale = to_float(read.template at<Float16>(offsetof(BlockQ3_K, scale)));
        return static_cast<float>(quant) * (scale * static_cast<float>((low | high << 4) - 32));
    }
};
static_assert(sizeof(BlockQ3_K) == 110);

inline void dequantize(const BlockQ3_K& block, float* to) {
    const float scale = to_float(block.scale);
    for (std::size_t group = 0; group < 16; ++group) {
        const int low = block.scales[group % 8] >> group / 8 * 4 & 15,
                  high = block.scales[8 + group % 4] >> group / 4 * 2 & 3;
        const float factor = scale * static_cast<float>((low | high << 4) - 32);
        std::array<std::uint8_t, 16> quants, highest;
        std::memcpy(quants.data(), block.quants.data() + group / 8 * 32 + group % 2 * 16, 16);
        std::memcpy(highest.data(), block.highest.data() + group % 2 * 16, 16);
        const std::size_t shift = group % 8 / 2 * 2, bit = group / 2;
        for (std::size_t i = 0; i < 16; ++i)
            to[16 * group + i] =
                static_cast<float>((quants[i] >> shift & 3) + (highest[i] >> bit & 1) * 4 - 4) * factor;
    }
}

}  // namespace genotype::inline v0_1
