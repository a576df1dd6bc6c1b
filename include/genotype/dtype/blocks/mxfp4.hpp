// 32 floats of 4 bits with an exponent.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "genotype/dtype/blocks/nibble_values.hpp"

namespace genotype::inline v0_1 {

/// 32 floats of E2M1: value i is `doubled_e2m1()(q) * 2^(exponent - 128)`, with q as in `BlockQ4_0`. 4.25 bits a value.
/// ggml equivalent: `block_mxfp4`, which takes an exponent of 255, that of a NaN in the OCP's MX formats, as 2^127 too.
struct BlockMXFP4 {
    static constexpr int values = 32;
    static constexpr std::string_view name = "MXFP4";
    std::uint8_t exponent;
    std::array<std::uint8_t, 16> quants;

    /// 2^(exponent - 128), of which the two least are denormal.
    static constexpr float half_of_scale(std::uint32_t exponent) {
        return std::bit_cast<float>(exponent < 2 ? 0x00200000u << exponent : (exponent - 1) << 23);
    }
    template <class Read>
    static constexpr float value(const Read& read, std::size_t place) {
        const int both = read.template at<std::uint8_t>(offsetof(BlockMXFP4, quants) + place % 16);
        const int number = detail::doubled_e2m1()(place < 16 ? both & 15 : both >> 4);
        return static_cast<float>(number) *
               half_of_scale(read.template at<std::uint8_t>(offsetof(BlockMXFP4, exponent)));
    }
};
static_assert(sizeof(BlockMXFP4) == 17);

inline void dequantize(const BlockMXFP4& block, float* to) {
    const std::array<float, 16> products = detail::doubled_e2m1().times(BlockMXFP4::half_of_scale(block.exponent));
    const auto quants = block.quants;
    for (std::size_t i = 0; i < 16; ++i) to[i] = products[quants[i] & 15u];
    for (std::size_t i = 0; i < 16; ++i) to[i + 16] = products[quants[i] >> 4];
}

}  // namespace genotype::inline v0_1
