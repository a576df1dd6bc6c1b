// A depth, a height and a width, for the arguments of layers of videos whose sides differ.
#pragma once

namespace genotype::inline v0_1 {

/// `Conv3d<3, 16, Size3{3, 5, 5}, 1, Size3{1, 2, 2}>`, PyTorch's (depth, height, width). An aggregate as `Size2`.
struct Size3 {
    int depth, height, width;

    constexpr int operator[](int side) const { return side == 0 ? depth : side == 1 ? height : width; }
    friend constexpr bool operator==(const Size3&, const Size3&) = default;
};

}  // namespace genotype::inline v0_1
