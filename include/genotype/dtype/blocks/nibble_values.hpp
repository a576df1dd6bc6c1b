// The values that four bits stand for where they are not a number themselves.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace genotype::inline v0_1::detail {

/// 16 whole numbers as bytes of two words, for a GPU's kernels, which read no tables.
struct NibbleValues {
    std::uint64_t lower, upper;

    constexpr int operator()(int nibble) const {
        return static_cast<std::int8_t>((nibble < 8 ? lower : upper) >> nibble % 8 * 8 & 0xff);
    }
    /// All of them times a scale.
    constexpr std::array<float, 16> times(float scale) const {
        std::array<float, 16> products{};
        for (int nibble = 0; nibble < 16; ++nibble)
            products[static_cast<std::size_t>(nibble)] = static_cast<float>((*this)(nibble)) * scale;
        return products;
    }
};

/// -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113. ggml equivalent: `kvalues_iq4nl`.
constexpr NibbleValues nonlinear_nibbles() {
    return {0xf6eaddcfbfad9881, 0x7159453526190d01};
}
/// Twice the numbers of E2M1: 0, 1, 2, 3, 4, 6, 8, 12, and the same below zero. ggml equivalent: `kvalues_mxfp4`.
constexpr NibbleValues doubled_e2m1() {
    return {0x0c08060403020100, 0xf4f8fafcfdfeff00};
}

}  // namespace genotype::inline v0_1::detail
