// 32 numbers of 4 bits that stand for uneven steps, with a scale.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "genotype/dtype/blocks/nibble_values.hpp"
#include "genotype/dtype/half.hpp"

namespace genotype::inline v0_1 {

/// 32 numbers of 4 bits: value i is `nonlinear_nibbles()(q) * scale`, with q as in `BlockQ4_0`. 4.5 bits a value. ggml
/// equivalent: `block_iq4_nl`.
struct BlockIQ4_NL {
    static constexpr int values = 32;
    static constexpr std::string_view name = "IQ4_NL";
    Float16 scale;
    std::array<std::uint8_t, 16> quants;

    template <class Read>
    static constexpr float value(const Read& read, std::size_t place) {
        const int both = read.template at<std::uint8_t>(offsetof(BlockIQ4_NL, quants) + place % 16);
        const int number = detail::nonlinear_nibbles()(place < 16 ? both & 15 : both >> 4);
        return static_cast<float>(number) * to_float(read.template at<Float16>(offsetof(BlockIQ4_NL, scale)));
    }
};
static_assert(sizeof(BlockIQ4_NL) == 18);

inline void dequantize(const BlockIQ4_NL& block, float* to) {
    const std::array<float, 16> products = detail::nonlinear_nibbles().times(to_float(block.scale));
    const auto quants = block.quants;
    for (std::size_t i = 0; i < 16; ++i) to[i] = products[quants[i] & 15u];
    for (std::size_t i = 0; i < 16; ++i) to[i + 16] = products[quants[i] >> 4];
}

}  // namespace genotype::inline v0_1
