// Poolings for tests, and what all of their kernels give.
#pragma once

#include <cmath>

#include "genotype/kernels/adaptive_pool_geometry.hpp"
#include "genotype/kernels/pool_geometry.hpp"
#include "support/kernel_arrays.hpp"

namespace kernel_test {

struct PoolCase {
    int batch;
    genotype::kernels::PoolGeometry geometry;
};

inline genotype::kernels::PoolGeometry pool_geometry(int channels, int height, int width, int kernel, int stride,
                                                     int padding) {
    return {channels,
            kernel,
            stride,
            padding,
            height,
            width,
            (height + 2 * padding - kernel) / stride + 1,
            (width + 2 * padding - kernel) / stride + 1};
}

inline std::vector<PoolCase> pool_cases() {
    return {{1, pool_geometry(1, 1, 1, 1, 1, 0)},   {1, pool_geometry(3, 5, 7, 2, 2, 0)},
            {3, pool_geometry(5, 6, 5, 3, 1, 1)},   {2, pool_geometry(17, 9, 8, 3, 2, 1)},
            {1, pool_geometry(64, 8, 8, 2, 2, 0)},  {5, pool_geometry(64, 11, 7, 3, 3, 0)},
            {2, pool_geometry(130, 7, 7, 5, 3, 2)}, {4, pool_geometry(3, 32, 32, 4, 2, 2)},
            {9, pool_geometry(65, 12, 10, 2, 3, 1)}};
}

/// Values that repeat, so that windows have several largest ones.
inline Array with_equals(long count, unsigned seed) {
    Array values = random_array(count, seed);
    for (float& value : values) value = std::round(2 * value);
    return values;
}

struct PoolInputs {
    Array x, dy;
};
inline PoolInputs pool_inputs(const PoolCase& c, unsigned seed) {
    const long in = c.batch * c.geometry.in_count(), out = c.batch * c.geometry.out_count();
    const long channels = static_cast<long>(c.batch) * c.geometry.channels;
    return {with_equals(in, 2 * seed), random_array(out < channels ? channels : out, 2 * seed + 1)};
}

/// What all kernels give for one case.
struct PoolResults {
    Array max, max_dx, avg, avg_dx, global, global_dx;
    bool operator==(const PoolResults& other) const {
        return same_bits(max, other.max) && same_bits(max_dx, other.max_dx) && same_bits(avg, other.avg) &&
               same_bits(avg_dx, other.avg_dx) && same_bits(global, other.global) &&
               same_bits(global_dx, other.global_dx);
    }
};

template <class Device>
PoolResults pool_results(Device device, const PoolCase& c, const PoolInputs& inputs) {
    const genotype::kernels::PoolGeometry& g = c.geometry;
    const float *x = inputs.x.data(), *dy = inputs.dy.data();
    const long in = c.batch * g.in_count(), out = c.batch * g.out_count();
    const int pixels = g.height * g.width;
    PoolResults r{unwritten(out), unwritten(in), unwritten(out), unwritten(in), unwritten(c.batch * g.channels),
                  unwritten(in)};
    max_pool(device, g, c.batch, x, r.max.data());
    max_pool_backward(device, g, c.batch, x, dy, r.max_dx.data());
    avg_pool(device, g, c.batch, x, r.avg.data());
    avg_pool_backward(device, g, c.batch, dy, r.avg_dx.data());
    global_avg_pool(device, c.batch, pixels, g.channels, x, r.global.data());
    global_avg_pool_backward(device, c.batch, pixels, g.channels, dy, r.global_dx.data());
    return r;
}

struct AdaptivePoolCase {
    int batch;
    genotype::kernels::AdaptivePoolGeometry geometry;
};

/// Sizes that divide, that do not, and more windows than pixels.
inline std::vector<AdaptivePoolCase> adaptive_pool_cases() {
    return {{1, {1, 1, 1, 1, 1}}, {2, {3, 6, 4, 3, 2}},    {3, {5, 7, 5, 3, 4}},    {1, {17, 2, 3, 5, 7}},
            {2, {1, 9, 1, 4, 3}}, {4, {64, 11, 13, 7, 7}}, {1, {130, 32, 9, 1, 1}}, {5, {33, 10, 10, 6, 10}}};
}

struct AdaptivePoolResults {
    Array y, dx;
};

template <class Device>
AdaptivePoolResults adaptive_pool_results(Device device, const AdaptivePoolCase& c, const Array& x, const Array& dy) {
    AdaptivePoolResults r{unwritten(c.batch * c.geometry.out_count()), unwritten(c.batch * c.geometry.in_count())};
    adaptive_avg_pool(device, c.geometry, c.batch, x.data(), r.y.data());
    adaptive_avg_pool_backward(device, c.geometry, c.batch, dy.data(), r.dx.data());
    return r;
}

}  // namespace kernel_test
