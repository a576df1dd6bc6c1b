// What a layer says of its parameters and buffers: names and sizes as PyTorch has them, order in memory, initial
// values.
#pragma once

#include <array>

#include "genotype/memory/region.hpp"
#include "genotype/shape/dims.hpp"

namespace genotype::inline v0_1 {

/// PyTorch's axes from the slowest to the fastest in memory. A linear weight, (out, in) in PyTorch, lies as {1, 0}.
struct AxisOrder {
    int first = 0, second = 1, third = 2, fourth = 3, fifth = 4;

    constexpr int operator[](int place) const {
        return place == 0 ? first : place == 1 ? second : place == 2 ? third : place == 3 ? fourth : fifth;
    }
};

/// How the initial values are drawn.
struct Initial {
    enum Kind {
        constant,        // all `value`
        uniform_fan_in,  // U(-1/sqrt(value), 1/sqrt(value)), PyTorch's default for Linear and convolutions
        normal,          // N(0, value^2)
        counter          // the integer 0, as bits: a buffer that counts
    } kind = constant;
    float value = 0;
};

/// A tensor that a layer owns.
struct Parameter {
    const char* name;  // PyTorch's: "weight", "bias", "running_mean"
    Dims dims;         // PyTorch's, in PyTorch's order
    Initial initial;
    AxisOrder order{};

    constexpr long count() const { return dims.count(); }
};

using NoParameters = std::array<Parameter, 0>;

/// Where parameter `index` of a list starts, in floats; with `index` = size, how long the whole list is.
template <auto Size>
constexpr long offset_in(const std::array<Parameter, Size>& list, int index) {
    long offset = 0;
    for (int before = 0; before < index; ++before) offset += aligned(list[static_cast<unsigned long>(before)].count());
    return offset;
}

}  // namespace genotype::inline v0_1
