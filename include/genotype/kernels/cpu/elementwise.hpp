// Elementwise kernels: vectors within chunks of fixed size, chunks over threads.
#pragma once

#include <type_traits>

#include "genotype/kernels/cpu/chunks.hpp"
#include "genotype/kernels/cpu/sums.hpp"
#include "genotype/kernels/cpu/vector.hpp"
#include "genotype/kernels/device.hpp"

namespace genotype {

namespace detail {

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
void update_lanes(const F& f, L... lanes) {
    f(lanes.value...);
    (lanes.store(), ...);
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

}  // namespace detail

/// y[i] = f(x[i]...). `y` may be one of `x`.
template <class F, class... In>
void map(Cpu, long n, F f, float* y, const In*... x) {
    detail::for_each_chunk(n, [&](long first, long last) {
        long i = first;
        for (; i + vector_size <= last; i += vector_size)
            Vector(f(Vector::load_unaligned(x + i)...)).store_unaligned(y + i);
        if (i == last) return;
        detail::Tail tail;
        Vector(f(Vector::load_aligned(detail::Tail(x + i, last - i).values)...)).store_aligned(tail.values);
        tail.copy_to(y + i, last - i);
    });
}

/// f(p[i]...): what stands behind a float* is read and written, behind a const float* only read.
template <class F, class... P>
void update(Cpu, long n, F f, P*... p) {
    detail::for_each_chunk(n, [&](long first, long last) {
        long i = first;
        for (; i + vector_size <= last; i += vector_size) detail::update_lanes(f, detail::Lane<P>(p + i)...);
        if (i < last) detail::update_tail(f, detail::TailLane<P>(p + i, last - i)...);
    });
}

}  // namespace genotype
