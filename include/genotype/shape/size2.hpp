// A height and a width, for the arguments of layers whose two sides differ.
#pragma once

namespace genotype::inline v0_1 {

/// `Conv<64, 128, Size2{3, 1}, 1, Size2{1, 0}>`: where both sides are the same, a number says it as well. A value is an
/// aggregate without defaults of its own, so that names of types, which leave zeros at the end out, mean what they say:
/// `Size2{1}` is a height of 1 and a width of 0.
struct Size2 {
    int height, width;

    constexpr int operator[](int side) const { return side == 0 ? height : width; }
    friend constexpr bool operator==(const Size2&, const Size2&) = default;
};

}  // namespace genotype::inline v0_1
