// How long a text may be for a model.
#pragma once

#include <algorithm>
#include <limits>

#include "genotype/network/output_shape.hpp"
#include "genotype/network/walk.hpp"

namespace genotype::inline v0_1 {

/// The most positions that a text of this model can have: the least `context` of its layers. Layers without one set no
/// limit; where none does, it is the largest int.
template <Layer Net>
inline constexpr int longest_context = [] {
    int least = std::numeric_limits<int>::max();
    walk<Net>(
        [&]<class L>(std::type_identity<L>, ChildName, int, Dims, Dims) {
            if constexpr (requires { L::context; }) least = std::min(least, L::context);
        },
        InputShape<Net>::dims);
    return least;
}();

}  // namespace genotype::inline v0_1
