// The shape of one sample as a type.
#pragma once

#include <concepts>

#include "genotype/shape/dims.hpp"

namespace genotype::inline v0_1 {

/// The shape of one sample: `Shape<channels, height, width>`, `Shape<features>`, or `Shape<channels, depth, height,
/// width>` of a video, PyTorch's order without the batch. In memory images and videos are channels-last (height,
/// width, channels), (depth, height, width, channels); the logical order stays this one.
template <int... Sizes>
requires(sizeof...(Sizes) >= 1 && sizeof...(Sizes) <= 4 && ((Sizes > 0) && ...)) struct Shape {
    static constexpr int rank = sizeof...(Sizes);
    static constexpr Dims dims{rank, Sizes...};
    /// Values in one sample.
    static constexpr long count = dims.count();
};

template <class S>
concept ShapeType = std::same_as<decltype(S::dims), const Dims> && requires {
    S::count;
};

/// The type for a value: `ShapeOf<Dims{3, 64, 8, 8}>::type` is `Shape<64, 8, 8>`. (It is a
/// struct because GCC 12 crashes on aliases whose argument is a value of class type.)
template <Dims D>
struct ShapeOf {
    static consteval auto pick() {
        if constexpr (D.rank == 1)
            return Shape<D.first>{};
        else if constexpr (D.rank == 2)
            return Shape<D.first, D.second>{};
        else if constexpr (D.rank == 3)
            return Shape<D.first, D.second, D.third>{};
        else
            return Shape<D.first, D.second, D.third, D.fourth>{};
    }
    using type = decltype(pick());
};

}  // namespace genotype::inline v0_1
