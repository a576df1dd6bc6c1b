// 256 numbers of 4 bits, of which 32 share a scale and a least value of 6 bits each.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "genotype/dtype/blocks/k_scales.hpp"
#include "genotype/dtype/half.hpp"

namespace genotype::inline v0_1 {

/// 256 numbers of 4 bits: value i is `q * (scale * s) - least * m`, where s and m are number i / 32 of
/// `detail::six_bit_scale` and `six_bit_least`. Each 64 values lie in 32 bytes: the lower halves, then the upper ones.
/// 4.5 bits a value. ggml equivalent: `block_q4_K`.
struct BlockQ4_K {
    static constexpr int values = 256;
    static constexpr std::string_view name = "Q4_K";
    Float16 scale, least;
    std::array<std::uint8_t, 12> scales;
    std::array<std::uint8_t, 128> quants;

    template <class Read>
    static constexpr float value(const Read& read, std::size_t place) {
        const detail::BytesFrom<Read> scales{read, offsetof(BlockQ4_K, scales)};
        const int both = read.template at<std::uint8_t>(offsetof(BlockQ4_K, quants) + place / 64 * 32 + place % 32);
        const float scale = to_float(read.template at<Float16>(offsetof(BlockQ4_K, scale)));
        const float least = to_float(read.template at<Float16>(offsetof(BlockQ4_K, least)));
        return static_cast<float>(both >> place / 32 % 2 * 4 & 15) *
                   (scale * static_cast<float>(detail::six_bit_scale(scales, place / 32))) -
               least * static_cast<float>(detail::six_bit_least(scales, place / 32));
    }
};
static_assert(sizeof(BlockQ4_K) == 144);

inline void dequantize(const BlockQ4_K& block, float* to) {
    const float scale = to_float(block.scale), least = to_float(block.least);
    const auto byte = [&](std::size_t index) { return int{block.scales[index]}; };
    for (std::size_t group = 0; group < 8; ++group) {
        const float factor = scale * static_cast<float>(detail::six_bit_scale(byte, group));
        const float less = least * static_cast<float>(detail::six_bit_least(byte, group));
        std::array<std::uint8_t, 32> quants;
        std::memcpy(quants.data(), block.quants.data() + group / 2 * 32, 32);
        const std::size_t shift = group % 2 * 4;
        for (std::size_t i = 0; i < 32; ++i)
            to[32 * group + i] = static_cast<float>(quants[i] >> shift & 15) * factor - less;
    }
}

}  // namespace genotype::inline v0_1
