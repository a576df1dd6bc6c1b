// 256 numbers of 5 bits, of which 32 share a scale and a least value of 6 bits each.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "genotype/dtype/blocks/k_scales.hpp"
#include "genotype/dtype/half.hpp"

namespace genotype::inline v0_1 {

/// 256 numbers of 5 bits: as `BlockQ4_K`, and the fifth bit of number i is bit i / 32 of `highest[i % 32]`. 5.5 bits a
/// value. ggml equivalent: `block_q5_K`.
struct BlockQ5_K {
    static constexpr int values = 256;
    static constexpr std::string_view name = "Q5_K";
    Float16 scale, least;
    std::array<std::uint8_t, 12> scales;
    std::array<std::uint8_t, 32> highest;
    std::array<std::uint8_t, 128> quants;

    template <class Read>
    static constexpr float value(const Read& read, std::size_t place) {
        const detail::BytesFrom<Read> scales{read, offsetof(BlockQ5_K, scales)};
        const int both = read.template at<std::uint8_t>(offsetof(BlockQ5_K, quants) + place / 64 * 32 + place % 32);
        const int fifth = read.template at<std::uint8_t>(offsetof(BlockQ5_K, highest) + place % 32) >> place / 32 & 1;
        const float scale = to_float(read.template at<Float16>(offsetof(BlockQ5_K, scale)));
        const float least = to_float(read.template at<Float16>(offsetof(BlockQ5_K, least)));
        return static_cast<float>((both >> place / 32 % 2 * 4 & 15) | fifth << 4) *
                   (scale * static_cast<float>(detail::six_bit_scale(scales, place / 32))) -
               least * static_cast<float>(detail::six_bit_least(scales, place / 32));
    }
};
static_assert(sizeof(BlockQ5_K) == 176);

inline void dequantize(const BlockQ5_K& block, float* to) {
    const float scale = to_float(block.scale), least = to_float(block.least);
    const auto byte = [&](std::size_t index) { return int{block.scales[index]}; };
    const auto highest = block.highest;
    for (std::size_t group = 0; group < 8; ++group) {
        const float factor = scale * static_cast<float>(detail::six_bit_scale(byte, group));
        const float less = least * static_cast<float>(detail::six_bit_least(byte, group));
        std::array<std::uint8_t, 32> quants;
        std::memcpy(quants.data(), block.quants.data() + group / 2 * 32, 32);
        const std::size_t shift = group % 2 * 4;
        for (std::size_t i = 0; i < 32; ++i)
            to[32 * group + i] =
                static_cast<float>((quants[i] >> shift & 15) | (highest[i] >> group & 1) << 4) * factor - less;
    }
}

}  // namespace genotype::inline v0_1
