// 32 numbers of 5 bits with a scale.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "genotype/dtype/half.hpp"

namespace genotype::inline v0_1 {

/// 32 numbers of 5 bits: value i is `(q - 16) * scale`; the fifth bit of q is bit i of `highest`, the others lie as in
/// `BlockQ4_0`. 5.5 bits a value. ggml equivalent: `block_q5_0`.
struct BlockQ5_0 {
    static constexpr int values = 32;
    static constexpr std::string_view name = "Q5_0";
    Float16 scale;
    std::array<std::uint8_t, 4> highest;
    std::array<std::uint8_t, 16> quants;

    template <class Read>
    static constexpr float value(const Read& read, std::size_t place) {
        const int both = read.template at<std::uint8_t>(offsetof(BlockQ5_0, quants) + place % 16);
        const int high = read.template at<std::uint8_t>(offsetof(BlockQ5_0, highest) + place / 8) >> place % 8 & 1;
        const int quant = (place < 16 ? both & 15 : both >> 4) | high << 4;
        return static_cast<float>(quant - 16) * to_float(read.template at<Float16>(offsetof(BlockQ5_0, scale)));
    }
};
static_assert(sizeof(BlockQ5_0) == 22);

inline void dequantize(const BlockQ5_0& block, float* to) {
    const float scale = to_float(block.scale);
    const auto quants = block.quants;
    const auto highest = std::bit_cast<std::uint32_t>(block.highest);
    for (std::uint32_t i = 0; i < 16; ++i)
        to[i] = static_cast<float>(static_cast<int>((quants[i] & 15u) | (highest >> i & 1u) << 4) - 16) * scale;
    for (std::uint32_t i = 0; i < 16; ++i)
        to[i + 16] =
            static_cast<float>(static_cast<int>(quants[i] >> 4 | (highest >> (i + 16) & 1u) << 4) - 16) * scale;
}

}  // namespace genotype::inline v0_1
