// 32 numbers of 4 bits with a scale.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "genotype/dtype/half.hpp"

namespace genotype::inline v0_1 {

/// 32 numbers of 4 bits: value i is `(q - 8) * scale`, where q is the lower half of byte i for the first 16 values, and
/// the upper half of byte i - 16 for the others. 4.5 bits a value. ggml equivalent: `block_q4_0`.
struct BlockQ4_0 {
    static constexpr int values = 32;
    static constexpr std::string_view name = "Q4_0";
    Float16 scale;
    std::array<std::uint8_t, 16> quants;

    template <class Read>
    static constexpr float value(const Read& read, std::size_t place) {
        const int both = read.template at<std::uint8_t>(offsetof(BlockQ4_0, quants) + place % 16);
        const int quant = place < 16 ? both & 15 : both >> 4;
        return static_cast<float>(quant - 8) * to_float(read.template at<Float16>(offsetof(BlockQ4_0, scale)));
    }
};
static_assert(sizeof(BlockQ4_0) == 18);

inline void dequantize(const BlockQ4_0& block, float* to) {
    const float scale = to_float(block.scale);
    const auto quants = block.quants;
    for (std::size_t i = 0; i < 16; ++i) to[i] = static_cast<float>((quants[i] & 15) - 8) * scale;
    for (std::size_t i = 0; i < 16; ++i) to[i + 16] = static_cast<float>((quants[i] >> 4) - 8) * scale;
}

}  // namespace genotype::inline v0_1
