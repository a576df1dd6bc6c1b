// How long a text may be for a model.
#pragma once

#include <algorithm>
#include <limits>

#include "genotype/layers/layer.hpp"

namespace genotype {

/// The most positions of a text that `Net` has places for: the least `context` of its layers, such as
/// `PositionalEmbedding<1024, 768>`; the largest int where no layer limits it. transformers: `max_position_embeddings`.
template <Layer Net>
constexpr int longest_context() {
    int longest = std::numeric_limits<int>::max();
    if constexpr (Combinator<Net>)
        Net::for_each_child([&]<class Child>(std::type_identity<Child>, ChildName) {
            longest = std::min(longest, longest_context<Child>());
        });
    else if constexpr (requires { Net::context; })
        longest = Net::context;
    return longest;
}

}  // namespace genotype
