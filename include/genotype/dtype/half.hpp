// Floats of 16 bits as they are stored, and the float32 that each stands for.
#pragma once

#include <bit>
#include <cstdint>

namespace genotype::inline v0_1 {

/// IEEE 754's binary16 as its bits. PyTorch equivalent: `torch.float16`.
struct Float16 {
    std::uint16_t bits = 0;
};
/// The upper half of a float32's bits. PyTorch equivalent: `torch.bfloat16`.
struct BFloat16 {
    std::uint16_t bits = 0;
};

/// Exact. Integers alone, and one subtraction of normal numbers, so that no mode of the processor changes it.
constexpr float to_float(Float16 half) {
    const std::uint32_t sign = (half.bits & 0x8000u) << 16, exponent = half.bits & 0x7c00u;
    const std::uint32_t fraction = (half.bits & 0x3ffu) << 13;
    constexpr std::uint32_t least = 0x38800000;  // 2^-14, the least normal number
    if (exponent == 0) {
        const float size = std::bit_cast<float>(least | fraction) - std::bit_cast<float>(least);
        return std::bit_cast<float>(sign | std::bit_cast<std::uint32_t>(size));
    }
    const std::uint32_t moved = exponent == 0x7c00u ? 0x7f800000u : (exponent << 13) + (112u << 23);
    return std::bit_cast<float>(sign | moved | fraction);
}
/// Exact.
constexpr float to_float(BFloat16 half) {
    return std::bit_cast<float>(static_cast<std::uint32_t>(half.bits) << 16);
}

/// The nearest, of two that are equally near the even one; what is too large becomes infinite. PyTorch equivalent:
/// `x.to(torch.bfloat16)`.
constexpr BFloat16 to_bfloat16(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t upper = bits >> 16, rounded = (bits + 0x7fffu + (upper & 1u)) >> 16;
    const bool is_number = (bits & 0x7fffffffu) <= 0x7f800000u;
    return {static_cast<std::uint16_t>(is_number ? rounded : upper | 0x40u)};
}

}  // namespace genotype::inline v0_1
