// 32 numbers of 5 bits with a scale and the least value.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "genotype/dtype/half.hpp"

namespace genotype::inline v0_1 {

/// 32 numbers of 5 bits: value i is `q * scale + least`, with q as in `BlockQ5_0`. 6 bits a value. ggml equivalent:
/// `block_q5_1`.
struct BlockQ5_1 {
    static constexpr int values = 32;
    static constexpr std::string_view name = "Q5_1";
    Float16 scale, least;
    std::array<std::uint8_t, 4> highest;
    std::array<std::uint8_t, 16> quants;

    template <class Read>
    static constexpr float value(const Read& read, std::size_t place) {
        const int both = read.template at<std::uint8_t>(offsetof(BlockQ5_1, quants) + place % 16);
        const int high = read.template at<std::uint8_t>(offsetof(BlockQ5_1, highest) + place / 8) >> place % 8 & 1;
        const int quant = (place < 16 ? both & 15 : both >> 4) | high << 4;
        const float scale = to_float(read.template at<Float16>(offsetof(BlockQ5_1, scale)));
        return static_cast<float>(quant) * scale + to_float(read.template at<Float16>(offsetof(BlockQ5_1, least)));
    }
};
static_assert(sizeof(BlockQ5_1) == 24);

inline void dequantize(const BlockQ5_1& block, float* to) {
    const float scale = to_float(block.scale), least = to_float(block.least);
    const auto quants = block.quants;
    const auto highest = std::bit_cast<std::uint32_t>(block.highest);
    for (std::uint32_t i = 0; i < 16; ++i)
        to[i] = static_cast<float>(static_cast<int>((quants[i] & 15u) | (highest >> i & 1u) << 4)) * scale + least;
    for (std::uint32_t i = 0; i < 16; ++i)
        to[i + 16] =
            static_cast<float>(static_cast<int>(quants[i] >> 4 | (highest >> (i + 16) & 1u) << 4)) * scale + least;
}

}  // namespace genotype::inline v0_1
