// Convolutions for tests, and what all of their kernels give.
#pragma once

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <ostream>
#include <random>
#include <vector>

#include "genotype/kernels/conv_geometry.hpp"
#include "genotype/kernels/reference/convolution.hpp"
#include "genotype/memory/region.hpp"

namespace convolution_test {

using namespace genotype;

struct Case {
    kernels::ConvGeometry geometry;
    int batch;
};

inline std::ostream& operator<<(std::ostream& out, const Case& c) {
    const kernels::ConvGeometry& g = c.geometry;
    return out << "channels " << g.large_channels << " <-> " << g.small_channels << ", kernel " << g.kernel
               << ", stride " << g.stride << ", padding " << g.padding << ", " << g.large_height << "x" << g.large_width
               << " <-> " << g.small_height << "x" << g.small_width << ", batch " << c.batch;
}

inline Case conv(int large, int small, int kernel, int stride, int padding, int height, int width, int batch) {
    auto out = [&](int size) { return (size + 2 * padding - kernel) / stride + 1; };
    return {{large, small, kernel, stride, padding, height, width, out(height), out(width)}, batch};
}

/// The large image as a transposed convolution makes it: no rows are left over that no tap reaches.
inline Case transposed(int large, int small, int kernel, int stride, int padding, int height, int width, int batch) {
    auto out = [&](int size) { return (size - 1) * stride - 2 * padding + kernel; };
    return {{large, small, kernel, stride, padding, out(height), out(width), height, width}, batch};
}

inline Case linear(int in, int out, int batch) {
    return {{in, out}, batch};
}

inline std::vector<float> numbers(long count, std::uint32_t seed) {
    std::mt19937 generator(seed);
    std::vector<float> values(static_cast<std::size_t>(count));
    for (float& value : values) value = static_cast<float>(generator() >> 8) * 0x1p-23f - 1.0f;
    return values;
}

inline std::vector<float> unset(long count) {
    return std::vector<float>(static_cast<std::size_t>(count), std::numeric_limits<float>::quiet_NaN());
}

/// The largest difference over what sums of `terms` products of numbers up to 1 may lose to rounding.
inline double distance(const std::vector<float>& left, const std::vector<float>& right, double terms) {
    double largest = 0;
    for (std::size_t i = 0; i < left.size(); ++i) {
        const double difference = std::abs(static_cast<double>(left[i]) - right[i]);
        if (!(difference <= largest)) largest = difference;
    }
    return largest / (3e-6 * std::sqrt(terms));
}

/// What all kernels give for one case.
struct Results {
    std::vector<float> small, large, gradient, added;

    bool operator==(const Results&) const = default;
};

template <class Device, class Geometry>
Results run(Device device, const Geometry& g, int batch, bool with_bias) {
    const auto large = numbers(batch * g.large_floats(), 1), small = numbers(batch * g.small_floats(), 2);
    const auto weights = numbers(g.weights(), 3), small_bias = numbers(g.small_channels, 4),
               large_bias = numbers(g.large_channels, 5);
    std::vector<float> packed = unset(packed_form(device, g).count);
    pack(device, g, weights.data(), packed.data());
    const MemoryExtent size = convolution_scratch(device, g);
    std::vector<float> memory = unset(size.floats(batch));
    const MemoryRegion scratch{memory.data(), memory.data() + size.per_sample * batch, batch};
    const kernels::ConvWeights both{weights.data(), packed.data()};
    Results results{unset(batch * g.small_floats()), unset(batch * g.large_floats()), unset(g.weights()),
                    numbers(g.weights(), 6)};
    convolve(device, g, batch, large.data(), both, with_bias ? small_bias.data() : nullptr, results.small.data(),
             scratch);
    convolve_transposed(device, g, batch, small.data(), both, with_bias ? large_bias.data() : nullptr,
                        results.large.data(), scratch);
    convolve_weight_gradient(device, g, batch, large.data(), small.data(), results.gradient.data(), false, scratch);
    convolve_weight_gradient(device, g, batch, large.data(), small.data(), results.added.data(), true, scratch);
    return results;
}

template <class Device>
Results run(Device device, const Case& c, bool with_bias) {
    return run(device, c.geometry, c.batch, with_bias);
}

/// Checks all directions on a device over thrust against plain loops.
template <class Device>
void compare_with_reference(const Case& c, bool with_bias) {
    CAPTURE(c);
    const kernels::ConvGeometry& g = c.geometry;
    const Results plain = run(Reference{}, c, with_bias), found = run(Device{}, c, with_bias);
    CHECK(distance(found.small, plain.small, 1.0 + g.taps() * g.large_channels) < 1);
    CHECK(distance(found.large, plain.large, 1.0 + g.taps() * g.small_channels) < 1);
    const double pixels = 1.0 + static_cast<double>(c.batch) * g.small_pixels();
    CHECK(distance(found.gradient, plain.gradient, pixels) < 1);
    CHECK(distance(found.added, plain.added, pixels) < 1);
    // As a matrix product, which may take its values another way, and on a GPU adds few rows' in another order.
    if (g.kernel == 1 && g.stride == 1 && g.padding == 0) {
        const Results product = run(Device{}, kernels::ProductGeometry{g}, c.batch, with_bias);
        if (Device::on_host) CHECK((product == found));
        CHECK(distance(product.small, plain.small, 1.0 + g.large_channels) < 1);
        CHECK(distance(product.large, plain.large, 1.0 + g.small_channels) < 1);
        CHECK(distance(product.gradient, plain.gradient, pixels) < 1);
    }
}

}  // namespace convolution_test
