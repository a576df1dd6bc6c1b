// 32 numbers of 4 bits with a scale and the least value.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "genotype/dtype/half.hpp"

namespace genotype::inline v0_1 {

/// 32 numbers of 4 bits: value i is `q * scale + least`, with q as in `BlockQ4_0`. 5 bits a value. ggml equivalent:
/// `block_q4_1`.
struct BlockQ4_1 {
    static constexpr int values = 32;
    static constexpr std::string_view name = "Q4_1";
    Float16 scale, least;
    std::array<std::uint8_t, 16> quants;

    template <class Read>
    static constexpr float value(const Read& read, std::size_t place) {
        const int both = read.template at<std::uint8_t>(offsetof(BlockQ4_1, quants) + place % 16);
        const int quant = place < 16 ? both & 15 : both >> 4;
        const float scale = to_float(read.template at<Float16>(offsetof(BlockQ4_1, scale)));
        return static_cast<float>(quant) * scale + to_float(read.template at<Float16>(offsetof(BlockQ4_1, least)));
    }
};
static_assert(sizeof(BlockQ4_1) == 20);

inline void dequantize(const BlockQ4_1& block, float* to) {
    const float scale = to_float(block.scale), least = to_float(block.least);
    const auto quants = block.quants;
    for (std::size_t i = 0; i < 16; ++i) to[i] = static_cast<float>(quants[i] & 15) * scale + least;
    for (std::size_t i = 0; i < 16; ++i) to[i + 16] = static_cast<float>(quants[i] >> 4) * scale + least;
}

}  // namespace genotype::inline v0_1
