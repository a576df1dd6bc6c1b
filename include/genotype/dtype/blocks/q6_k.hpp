// 256 numbers of 6 bits, of which 16 share a scale of 8 bits.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "genotype/dtype/half.hpp"

namespace genotype::inline v0_1 {

/// 256 numbers of 6 bits: value i is `(q - 32) * (scale * scales[i / 16])`. The lower four bits of each 128 numbers lie
/// in 64 bytes, the lower halves first; the upper two in 32 bytes, as the numbers of `BlockQ2_K`. 6.5625 bits a value.
/// ggml equivalent: `block_q6_K`.
struct BlockQ6_K {
    static constexpr int values = 256;
    static constexpr std::string_view name = "Q6_K";
    std::array<std::uint8_t, 128> lower;
    std::array<std::uint8_t, 64> upper;
    std::array<std::int8_t, 16> scales;
    Float16 scale;

    template <class Read>
    static constexpr float value(const Read& read, std::size_t place) {
        const int both = read.template at<std::uint8_t>(offsetof(BlockQ6_K, lower) + place / 128 * 64 + place % 64);
        const int four = read.template at<std::uint8_t>(offsetof(BlockQ6_K, upper) + place / 128 * 32 + place % 32);
        const int quant = (both >> place / 64 % 2 * 4 & 15) | (four >> place % 128 / 32 * 2 & 3) << 4;
        const int factor = read.template at<std::int8_t>(offsetof(BlockQ6_K, scales) + place / 16);
        const float scale = to_float(read.template at<Float16>(offsetof(BlockQ6_K, scale)));
        return static_cast<float>(quant - 32) * (scale * static_cast<float>(factor));
    }
};
static_assert(sizeof(BlockQ6_K) == 210);

inline void dequantize(const BlockQ6_K& block, float* to) {
    const float scale = to_float(block.scale);
    for (std::size_t group = 0; group < 16; ++group) {
        const float factor = scale * static_cast<float>(block.scales[group]);
        std::array<std::uint8_t, 16> lower, upper;
        std::memcpy(lower.data(), block.lower.data() + group / 8 * 64 + group % 4 * 16, 16);
        std::memcpy(upper.data(), block.upper.data() + group / 8 * 32 + group % 2 * 16, 16);
        const std::size_t half = group / 4 % 2 * 4, pair = group % 8 / 2 * 2;
        for (std::size_t i = 0; i < 16; ++i)
            to[16 * group + i] =
                static_cast<float>(((lower[i] >> half & 15) | (upper[i] >> pair & 3) << 4) - 32) * factor;
    }
}

}  // namespace genotype::inline v0_1
