// A row of channels as vectors: whole ones, then a part that goes through the same code on a padded copy, so that a
// channel's result does not depend on where it lies.
#pragma once

#include "genotype/kernels/cpu/simd/vector.hpp"

namespace genotype::inline v0_1::kernels::detail {

struct WholeVector {
    static Vector load(const float* from) { return Vector::load_unaligned(from); }
    static void store(const Vector& value, float* to) { value.store_unaligned(to); }
    static Vector keep(const Vector& value) { return value; }
};

/// The first `count` lanes; the others are loaded as 0 and not stored.
struct PartOfVector {
    int count;

    Vector load(const float* from) const {
        float padded[static_cast<unsigned long>(vector_size)] = {};
        for (long lane = 0; lane < count; ++lane) padded[lane] = from[lane];
        return Vector::load_unaligned(padded);
    }
    void store(const Vector& value, float* to) const {
        float padded[static_cast<unsigned long>(vector_size)];
        value.store_unaligned(padded);
        for (long lane = 0; lane < count; ++lane) to[lane] = padded[lane];
    }
    /// The same with 0 in the other lanes, for sums.
    Vector keep(const Vector& value) const {
        float padded[static_cast<unsigned long>(vector_size)];
        value.store_unaligned(padded);
        return load(padded);
    }
};

/// Calls f(offset, WholeVector or PartOfVector) over `length` neighbouring values.
template <class F>
void for_each_vector(long length, F&& f) {
    long offset = 0;
    for (; offset + vector_size <= length; offset += vector_size) f(offset, WholeVector{});
    if (offset < length) f(offset, PartOfVector{static_cast<int>(length - offset)});
}

/// The sum of the lanes, from the first to the last.
template <class = void>
inline float sum_of_lanes(const Vector& value) {
    float each[static_cast<unsigned long>(vector_size)];
    value.store_unaligned(each);
    float sum = each[0];
    for (long lane = 1; lane < vector_size; ++lane) sum += each[lane];
    return sum;
}

}  // namespace genotype::inline v0_1::kernels::detail
