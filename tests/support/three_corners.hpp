// Three classes of points, each at a corner, and a network of a time and of their labels that tells where a point goes:
// what flows and diffusions learn in their tests.
#pragma once

#include <cstddef>
#include <vector>

#include "genotype/genotype.hpp"

namespace three_corners {

using namespace genotype;

struct moment : Given<Shape<1>> {};
struct label : Given<Class<4>> {};  // three, and none
struct condition : Name {};

using Point = Shape<2>;
using Net = Sequential<Let<condition, Plus<Chain<Of<moment>, Sinusoid<16, 1000.f>, Linear<16, 32>, SiLU>,
                                           Chain<Of<label>, Embedding<4, 32>>>>,
                       Linear<2, 32>, Modulate<condition, 32, 32>, SiLU, Linear<32, 32>, SiLU, Linear<32, 2>>;

constexpr float corners[3][2] = {{-0.7f, -0.5f}, {0.f, 0.8f}, {0.7f, -0.5f}};

struct Points {
    Tensor<Point> samples;
    std::vector<int> labels;
};

/// Each class at its corner.
inline Points points(int count) {
    Points all{Tensor<Point>(count), std::vector<int>(static_cast<std::size_t>(count))};
    for (int n = 0; n < count; ++n) {
        const int of = all.labels[static_cast<std::size_t>(n)] = n % 3;
        for (int axis = 0; axis < 2; ++axis) all.samples(n, axis) = corners[of][axis];
    }
    return all;
}

template <class Trainer>
std::vector<float> parameters(const Trainer& trainer) {
    const auto& arena = trainer.model().parameters;
    return {arena.data(), arena.data() + arena.size()};
}

}  // namespace three_corners
