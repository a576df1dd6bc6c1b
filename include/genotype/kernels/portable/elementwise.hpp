// Elementwise kernels and sums over thrust.
#pragma once

#include <algorithm>
#include <utility>

#include "genotype/kernels/device_resident.hpp"
#include "genotype/kernels/long_sum.hpp"
#include "genotype/kernels/portable/columns.hpp"

namespace genotype::inline v0_1::kernels {
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

/// Which of `count` ranges, by their ends, the value at an index is in.
GENOTYPE_BOTH inline int range_of(long i, const long* ends, int count) {
    int below = 0, above = count - 1;
    while (below < above) {
        const int middle = below + (above - below) / 2;
        if (i < ends[middle])
            above = middle;
        else
            below = middle + 1;
    }
    return below;
}

/// Fewer values than this are no part of a sum.
inline constexpr long least_sum_part = 4096;

}  // namespace detail

/// See the reference's.
template <class System, class F, class... In>
void map(Thrust<System> device, long n, F f, float* y, const In*... x) {
    detail::AtEach at(f, x...);
    detail::each_value(device, n, [=] GENOTYPE_KERNEL(long i) mutable { y[i] = at(i); });
}

/// See the reference's.
template <class System, class F, class... P>
void update(Thrust<System> device, long n, F f, P*... p) {
    detail::each_value(device, n, detail::AtEach(f, p...));
}

/// See the generic one: one launch, in which each value looks for its range.
template <class System, class F, class... P>
void update_in_turns(Thrust<System> device, const Turns& turns, const F* two, long n, P*... p) {
    const Turns by = turns;
    detail::AtEach first(detail::DeviceResident<F>{two}, p...), second(detail::DeviceResident<F>{two + 1}, p...);
    detail::each_value(device, n, [=] GENOTYPE_KERNEL(long i) mutable {
        if ((by.first + detail::range_of(i, by.ends, by.count)) % 2 == 0)
            first(i);
        else
            second(i);
    });
}

/// See the generic one: one launch, in which each value looks for its range.
template <class System, class F, class... P>
void update_ranges(Thrust<System> device, const GroupRanges& ranges, const F* functors, long apart, long n, P*... p) {
    const GroupRanges by = ranges;
    detail::AtEach each(detail::DeviceResident<F>{functors}, p...);
    detail::each_value(device, n, [=] GENOTYPE_KERNEL(long i) mutable {
        const long number = by.functors[detail::range_of(i, by.ends, by.count)];
        if (number < 0) return;
        auto one = each;
        one.f.f = detail::functor_at(functors, number * apart);
        one(i);
    });
}

/// See the reference's.
template <class System, class F, class... In>
void sum(Thrust<System> device, long n, F f, float* result, const In*... x) {
    detail::AtEach at(f, x...);
    detail::sum_groups(
        device, 1, n, detail::Sums<1>{},
        [=] GENOTYPE_KERNEL(long, long i) mutable { return detail::Sums<1>{{static_cast<double>(at(i))}}; },
        [=] GENOTYPE_KERNEL(long, const detail::Sums<1>& total) { *result = static_cast<float>(total.values[0]); });
}

/// See the generic ones: each part is the sum of a group, and then the parts are one.
template <class System>
constexpr long sum_parts(Thrust<System>) {
    return System::parts > 1 ? System::parts : 0;
}
template <class System, class F, class... In>
void sum_with_parts(Thrust<System> device, float* parts, long n, F f, float* result, const In*... x) {
    const long count = parts ? std::min(System::parts, n / detail::least_sum_part) : 1;
    if (count < 2) return sum(device, n, f, result, x...);
    const long length = (n + count - 1) / count;
    detail::AtEach at(f, x...);
    detail::sum_groups(
        device, count, length, detail::Sums<1>{},
        [=] GENOTYPE_KERNEL(long part, long i) mutable {
            const long place = part * length + i;
            return detail::Sums<1>{{place < n ? static_cast<double>(at(place)) : 0.0}};
        },
        [=] GENOTYPE_KERNEL(long part, const detail::Sums<1>& total) {
            parts[part] = static_cast<float>(total.values[0]);
        });
    detail::sum_groups(
        device, 1, count, detail::Sums<1>{},
        [=] GENOTYPE_KERNEL(long, long part) { return detail::Sums<1>{{static_cast<double>(parts[part])}}; },
        [=] GENOTYPE_KERNEL(long, const detail::Sums<1>& total) { *result = static_cast<float>(total.values[0]); });
}

/// See the reference's.
template <class System>
void column_sums(Thrust<System> device, long rows, int columns, const float* x, float* sums, bool accumulate) {
    detail::sum_whole_columns(
        device, rows, columns, detail::Sums<1>{},
        [=] GENOTYPE_KERNEL(long row, long column) {
            return detail::Sums<1>{{static_cast<double>(x[row * columns + column])}};
        },
        [=] GENOTYPE_KERNEL(long column, const detail::Sums<1>& total) {
            const double before = accumulate ? static_cast<double>(sums[column]) : 0.0;
            sums[column] = static_cast<float>(before + total.values[0]);
        });
}

}  // namespace genotype::inline v0_1::kernels
