// Elementwise kernels and sums over thrust.
#pragma once

#include <utility>

#include "genotype/kernels/thrust/each.hpp"

namespace genotype {
namespace detail {

/// One argument of a kernel that has any number of them.
template <int number, class T>
struct Argument {
    T* values;
};

/// Calls f with the values that stand at an index behind all pointers.
template <class Numbers, class F, class... T>
struct AtEach;
template <int... number, class F, class... T>
struct AtEach<std::integer_sequence<int, number...>, F, T...> : Argument<number, T>... {
    F f;

    GENOTYPE_BOTH AtEach(F function, T*... values) : Argument<number, T>{values}..., f(function) {}
    GENOTYPE_BOTH decltype(auto) operator()(long i) { return f(Argument<number, T>::values[i]...); }
};
template <class F, class... T>
AtEach(F, T*...) -> AtEach<std::make_integer_sequence<int, sizeof...(T)>, F, T...>;

}  // namespace detail

/// See the reference's.
template <class System, class F, class... In>
void map(Thrust<System> device, long n, F f, float* y, const In*... x) {
    detail::AtEach at(f, x...);
    detail::each_value(device, n, [=] GENOTYPE_BOTH(long i) mutable { y[i] = at(i); });
}

/// See the reference's.
template <class System, class F, class... P>
void update(Thrust<System> device, long n, F f, P*... p) {
    detail::each_value(device, n, detail::AtEach(f, p...));
}

}  // namespace genotype
