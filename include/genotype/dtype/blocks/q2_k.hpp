// 256 numbers of 2 bits, of which 16 share a scale and a least value of 4 bits each.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "genotype/dtype/half.hpp"

namespace genotype::inline v0_1 {

/// 256 numbers of 2 bits: value i is `q * (scale * s) - least * m`, where s and m are the lower and the upper half of
/// `scales[i / 16]`. Each 128 values lie in 32 bytes: bits 2 k and 2 k + 1 of byte j are number 32 k + j. 2.625 bits a
/// value. ggml equivalent: `block_q2_K`.
struct BlockQ2_K {
    static constexpr int values = 256;
    static constexpr std::string_view name = "Q2_K";
    std::array<std::uint8_t, 16> scales;
    std::array<std::uint8_t, 64> quants;
    Float16 scale, least;

    template <class Read>
    static constexpr float value(const Read& read, std::size_t place) {
        const int both = read.template at<std::uint8_t>(offsetof(BlockQ2_K, scales) + place / 16);
        const int four = read.template at<std::uint8_t>(offsetof(BlockQ2_K, quants) + place / 128 * 32 + place % 32);
        const float scale = to_float(read.template at<Float16>(offsetof(BlockQ2_K, scale)));
        const float least = to_float(read.template at<Float16>(offsetof(BlockQ2_K, least)));
        return static_cast<float>(four >> place % 128 / 32 * 2 & 3) * (scale * static_cast<float>(both & 15)) -
               least * static_cast<float>(both >> 4);
    }
};
static_assert(sizeof(BlockQ2_K) == 84);

inline void dequantize(const BlockQ2_K& block, float* to) {
    const float scale = to_float(block.scale), least = to_float(block.least);
    for (std::size_t group = 0; group < 16; ++group) {
        const float factor = scale * static_cast<float>(block.scales[group] & 15);
        const float less = least * static_cast<float>(block.scales[group] >> 4);
        std::array<std::uint8_t, 16> quants;
        std::memcpy(quants.data(), block.quants.data() + group / 8 * 32 + group % 2 * 16, 16);
        const std::size_t shift = group % 8 / 2 * 2;
        for (std::size_t i = 0; i < 16; ++i)
            to[16 * group + i] = static_cast<float>(quants[i] >> shift & 3) * factor - less;
    }
}

}  // namespace genotype::inline v0_1
