// 32 numbers of 8 bits with a scale.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "genotype/dtype/half.hpp"

namespace genotype::inline v0_1 {

/// 32 numbers of 8 bits: value i is `quants[i] * scale`. 8.5 bits a value. ggml equivalent: `block_q8_0`.
struct BlockQ8_0 {
    static constexpr int values = 32;
    static constexpr std::string_view name = "Q8_0";
    Float16 scale;
    std::array<std::int8_t, 32> quants;

    template <class Read>
    static constexpr float value(const Read& read, std::size_t place) {
        const int quant = read.template at<std::int8_t>(offsetof(BlockQ8_0, quants) + place);
        return static_cast<float>(quant) * to_float(read.template at<Float16>(offsetof(BlockQ8_0, scale)));
    }
};
static_assert(sizeof(BlockQ8_0) == 34);

inline void dequantize(const BlockQ8_0& block, float* to) {
    const float scale = to_float(block.scale);
    const auto quants = block.quants;
    for (std::size_t i = 0; i < 32; ++i) to[i] = static_cast<float>(quants[i]) * scale;
}

}  // namespace genotype::inline v0_1
