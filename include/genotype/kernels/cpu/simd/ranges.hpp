// Elementwise work of one thread over a range, its tail by the same vectors.
#pragma once

#include <algorithm>
#include <type_traits>

#include "genotype/kernels/cpu/simd/branchless.hpp"
#include "genotype/kernels/cpu/simd/vector.hpp"

namespace genotype::inline v0_1::kernels::detail {

/// The last values of an array, fewer than fill a vector, in a place that is long enough for one. The rest repeats the
/// first, so that no function meets a value that is not in the array.
struct Tail {
    alignas(64) float values[static_cast<unsigned long>(vector_size)] = {};

    Tail() = default;
    Tail(const float* from, long count) {
        for (long i = 0; i < vector_size; ++i) values[i] = from[i < count ? i : 0];
    }
    void copy_to(float* to, long count) const {
        for (long i = 0; i < count; ++i) to[i] = values[i];
    }
};

/// y[i] = f(x[i]...) for n values.
template <class F, class... In>
void map_range(const F& f, long n, float* y, const In*... x) {
    expect_branchless<const In...>(f);
    long i = 0;
    for (; i + vector_size <= n; i += vector_size) Vector(f(Vector::load_unaligned(x + i)...)).store_unaligned(y + i);
    if (i == n) return;
    Tail tail;
    Vector(f(Vector::load_aligned(Tail(x + i, n - i).values)...)).store_aligned(tail.values);
    tail.copy_to(y + i, n - i);
}

/// The sum of f(x[i]...) over n values: 512 at a time in vectors of floats, these in double.
template <class F, class... In>
double sum_range(const F& f, long n, const In*... x) {
    expect_branchless<const In...>(f);
    constexpr long block = std::max(512L, vector_size);
    double total = 0;
    long i = 0;
    while (i + vector_size <= n) {
        const long end = std::min(n, i + block);
        Vector sums(0.f);
        for (; i + vector_size <= end; i += vector_size) sums = sums + f(Vector::load_unaligned(x + i)...);
        Tail partial;
        sums.store_aligned(partial.values);
        for (const float value : partial.values) total += static_cast<double>(value);
    }
    if (i < n) {
        Tail tail;
        Vector(f(Vector::load_aligned(Tail(x + i, n - i).values)...)).store_aligned(tail.values);
        for (long k = 0; k < n - i; ++k) total += static_cast<double>(tail.values[k]);
    }
    return total;
}

/// One argument of `update`: loaded when made, stored again unless it is const.
template <class P>
struct Lane {
    P* place;
    std::conditional_t<std::is_const_v<P>, const Vector, Vector> value;

    explicit Lane(P* from) : place(from), value(Vector::load_unaligned(from)) {}
    void store() const {
        if constexpr (!std::is_const_v<P>) value.store_unaligned(place);
    }
};

template <class F, class... L>
void update_lanes(const F& f, L... arguments) {
    f(arguments.value...);
    (arguments.store(), ...);
}

/// An argument of `update` over a tail: a copy, which goes back at the end unless it is const.
template <class P>
struct TailLane {
    P* place;
    long count;
    Tail tail;

    TailLane(P* from, long size) : place(from), count(size), tail(from, size) {}
    TailLane(const TailLane&) = delete;
    TailLane& operator=(const TailLane&) = delete;
    ~TailLane() {
        if constexpr (!std::is_const_v<P>) tail.copy_to(place, count);
    }
    P* data() { return tail.values; }
};

template <class F, class... T>
void update_tail(const F& f, T&&... tails) {
    update_lanes(f, Lane(tails.data())...);
}

/// f(p[i]...) for n values; what stands behind a float* is read and written, behind a const float* only read.
template <class F, class... P>
void update_range(const F& f, long n, P*... p) {
    expect_branchless<P...>(f);
    long i = 0;
    for (; i + vector_size <= n; i += vector_size) update_lanes(f, Lane<P>(p + i)...);
    if (i < n) update_tail(f, TailLane<P>(p + i, n - i)...);
}

}  // namespace genotype::inline v0_1::kernels::detail
