// TensorFloat-32, the numbers that a GPU's tensor cores multiply, and which values of a product a thread of a warp
// holds.
#pragma once

#include <bit>
#include <cstdint>

#include "genotype/shape/both.hpp"

namespace genotype::inline v0_1::kernels::detail {

/// The nearest number with 10 bits of fraction, those halfway away from zero: PTX's cvt.rna.tf32.f32. Infinities and
/// NaN stay what they are.
GENOTYPE_BOTH constexpr float to_tf32(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    if ((bits & 0x7f800000u) == 0x7f800000u)
        return std::bit_cast<float>((bits & 0x007fffffu) ? bits | 0x00400000u : bits);
    return std::bit_cast<float>((bits + 0x1000u) & 0xffffe000u);
}

/// A place in one of the matrices of a warp's step: 16 rows by 8 columns, as the product of 16 by 8 and 8 by 8 values,
/// PTX's mma.m16n8k8.
struct WarpPlace {
    int row, column;
};
/// The place of value i of 4 of the left side, of 2 of the right, and of 4 sums, in thread `lane` of the warp.
/// Source: NVIDIA, "Parallel Thread Execution ISA", matrix fragments for mma.m16n8k8.
GENOTYPE_BOTH constexpr WarpPlace warp_left(int lane, int i) {
    return {lane / 4 + i % 2 * 8, lane % 4 + i / 2 * 4};
}
GENOTYPE_BOTH constexpr WarpPlace warp_right(int lane, int i) {
    return {lane % 4 + i * 4, lane / 4};
}
GENOTYPE_BOTH constexpr WarpPlace warp_sum(int lane, int i) {
    return {lane / 4 + i / 2 * 8, lane % 4 * 2 + i % 2};
}

}  // namespace genotype::inline v0_1::kernels::detail
