// Random numbers over thrust, the four values of one position of the generator at a time.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>

#include "genotype/kernels/portable/each.hpp"
#include "genotype/random/draws.hpp"
#include "genotype/random/philox.hpp"
#include "genotype/random/random_state.hpp"

namespace genotype::inline v0_1::kernels {
namespace detail {

/// The words of a position, and the values that are made from them.
using PositionWords = std::array<std::uint32_t, 4>;
using PositionValues = std::array<float, 4>;

/// The four values of position i from `from` on, as far as there are n values; make(words) gives them.
template <class Make>
struct FillPosition {
    long n;
    RandomState from;
    float* y;
    Make make;

    GENOTYPE_BOTH void operator()(long i) const {
        const PositionValues values =
            make(philox(from.seed, from.first_position() + static_cast<std::uint64_t>(i), from.stream));
        const long first = 4 * i;
        for (unsigned j = 0; j < 4; ++j)
            if (first + j < n) y[first + j] = values[j];
    }
};

struct UniformValues {
    float low, high, below;

    GENOTYPE_BOTH PositionValues operator()(const PositionWords& words) const {
        PositionValues values{};
        for (unsigned j = 0; j < 4; ++j) values[j] = uniform_of(words[j], low, high, below);
        return values;
    }
};

struct NormalValues {
    GENOTYPE_BOTH PositionValues operator()(const PositionWords& words) const {
        PositionValues values{};
        for (unsigned j = 0; j < 4; j += 2) {
            const float radius = std::sqrt(squared_radius_of(words[j]));
            const auto direction = genotype::detail::direction_of(words[j + 1]);
            values[j] = radius * direction.cosine;
            values[j + 1] = radius * direction.sine;
        }
        return values;
    }
};

struct KeepValues {
    std::uint64_t threshold;
    float scale;

    GENOTYPE_BOTH PositionValues operator()(const PositionWords& words) const {
        PositionValues values{};
        for (unsigned j = 0; j < 4; ++j) values[j] = words[j] >= threshold ? scale : 0.0f;
        return values;
    }
};

/// n values, make(words) for each position from `start` on.
template <class System, class Make>
void fill_positions(Thrust<System> device, long n, const RandomState& start, float* y, Make make) {
    each_value(device, (n + 3) / 4, FillPosition<Make>{n, start, y, make});
}

}  // namespace detail

/// See the reference's.
template <class System>
void fill_uniform(Thrust<System> device, long n, const RandomState& start, float low, float high, float* y) {
    detail::fill_positions(device, n, start, y, detail::UniformValues{low, high, std::nextafter(high, low)});
}

/// See the reference's.
template <class System>
void fill_normal(Thrust<System> device, long n, const RandomState& start, float* y) {
    detail::fill_positions(device, n, start, y, detail::NormalValues{});
}

/// See the reference's.
template <class System>
void fill_keep_mask(Thrust<System> device, long n, const RandomState& start, float probability, float scale,
                    float* mask) {
    detail::fill_positions(device, n, start, mask, detail::KeepValues{keep_threshold(probability), scale});
}

}  // namespace genotype::inline v0_1::kernels
