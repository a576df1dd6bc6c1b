// 256 numbers of 4 bits that stand for uneven steps, of which 32 share a scale of 6 bits.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "genotype/dtype/blocks/nibble_values.hpp"
#include "genotype/dtype/half.hpp"

namespace genotype::inline v0_1 {

/// 256 numbers of 4 bits: value i is `nonlinear_nibbles()(q) * (scale * (s - 32))`. Each 32 values lie in 16 bytes, as
/// in `BlockQ4_0`; number i / 32 of s has its lower four bits in a half of `lower_scales`, its upper two in a pair of
/// `upper_scales`. 4.25 bits a value. ggml equivalent: `block_iq4_xs`.
struct BlockIQ4_XS {
    static constexpr int values = 256;
    static constexpr std::string_view name = "IQ4_XS";
    Float16 scale;
    std::uint16_t upper_scales;
    std::array<std::uint8_t, 4> lower_scales;
    std::array<std::uint8_t, 128> quants;

    template <class Read>
    static constexpr float value(const Read& read, std::size_t place) {
        const std::size_t group = place / 32;
        const int low =
            read.template at<std::uint8_t>(offsetof(BlockIQ4_XS, lower_scales) + group / 2) >> group % 2 * 4;
        const int high = read.template at<std::uint16_t>(offsetof(BlockIQ4_XS, upper_scales)) >> group * 2;
        const int both = read.template at<std::uint8_t>(offsetof(BlockIQ4_XS, quants) + group * 16 + place % 16);
        const int number = detail::nonlinear_nibbles()(place % 32 < 16 ? both & 15 : both >> 4);
        const float scale = to_float(read.template at<Float16>(offsetof(BlockIQ4_XS, scale)));
        return static_cast<float>(number) * (scale * static_cast<float>(((low & 15) | (high & 3) << 4) - 32));
    }
};
static_assert(sizeof(BlockIQ4_XS) == 136);

inline void dequantize(const BlockIQ4_XS& block, float* to) {
    const float scale = to_float(block.scale);
    for (std::size_t group = 0; group < 8; ++group) {
        const int low = block.lower_scales[group / 2] >> group % 2 * 4 & 15, high = block.upper_scales >> group * 2 & 3;
        const float factor = scale * static_cast<float>((low | high << 4) - 32);
        const std::array<float, 16> products = detail::nonlinear_nibbles().times(factor);
        std::array<std::uint8_t, 16> quants;
        std::memcpy(quants.data(), block.quants.data() + group * 16, 16);
        for (std::size_t i = 0; i < 16; ++i) to[32 * group + i] = products[quants[i] & 15u];
        for (std::size_t i = 0; i < 16; ++i) to[32 * group + i + 16] = products[quants[i] >> 4];
    }
}

}  // namespace genotype::inline v0_1
