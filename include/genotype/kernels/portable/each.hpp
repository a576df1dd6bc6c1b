// The two ways in which every kernel over thrust runs: something for each index, and a sum for each group.
#pragma once

#include <thrust/for_each.h>
#include <thrust/iterator/counting_iterator.h>
#include <thrust/system_error.h>

#include "genotype/kernels/array_of.hpp"
#include "genotype/kernels/portable/device.hpp"
#include "genotype/shape/error.hpp"

namespace genotype::inline v0_1::kernels::detail {

/// Calls f(i) for i from 0 to n - 1, in any order and on many threads at a time. Throws `Error` where a GPU refuses.
template <class System, class F>
void each(Thrust<System>, long n, F f) {
    if constexpr (System::Memory::on_host) {
        thrust::for_each_n(System::policy(), thrust::counting_iterator<long>(0), n, f);
    } else {
        // Thrust's error is of its own type, and only has CUDA's words.
        try {
            thrust::for_each_n(System::policy(), thrust::counting_iterator<long>(0), n, f);
        } catch (const thrust::system_error& error) {
            fail("Cuda", "for_each_n", error.what(), "success");
        }
    }
}

/// The same where a call of f is cheap: thrust's host systems call a functor through a pointer, which costs as much as
/// some values, so there it makes neighbours together.
template <class System, class F>
void each_value(Thrust<System> device, long n, F f) {
    if constexpr (System::neighbours == 1) {
        each(device, n, f);
    } else {
        each(device, (n + System::neighbours - 1) / System::neighbours, [=](long chunk) mutable {
            const long end = n < (chunk + 1) * System::neighbours ? n : (chunk + 1) * System::neighbours;
            for (long i = chunk * System::neighbours; i < end; ++i) f(i);
        });
    }
}

/// For each group, finish(group, sum of value(group, i) for i from 0 to length - 1, from `none` on). `Sum` has
/// operator+=, and the order in which it is used depends on the length alone. `none` changes nothing that it is added
/// to: a GPU starts many parts of a sum from it.
template <class System, class Sum, class Value, class Finish>
void sum_groups(Thrust<System> device, long groups, long length, Sum none, Value value, Finish finish) {
    each(device, groups, [=] GENOTYPE_BOTH(long group) mutable {
        Sum sum = none;
        for (long i = 0; i < length; ++i) sum += value(group, i);
        finish(group, sum);
    });
}

/// The same, and then(group, i, result) for i from 0 to `count` - 1, where `result` is what make(group, sum) returns:
/// what a norm does, in one launch. All values of a group are read before make is called.
template <class System, class Sum, class Value, class Make, class Then>
void sum_groups_then(Thrust<System> device, long groups, long length, Sum none, Value value, Make make, long count,
                     Then then) {
    each(device, groups, [=] GENOTYPE_BOTH(long group) mutable {
        Sum sum = none;
        for (long i = 0; i < length; ++i) sum += value(group, i);
        const auto result = make(group, sum);
        for (long i = 0; i < count; ++i) then(group, i, result);
    });
}

/// Some sums at a time, as doubles.
template <int count>
struct Sums {
    ArrayOf<double, count> values = {};

    GENOTYPE_BOTH Sums& operator+=(const Sums& other) {
        for (int i = 0; i < count; ++i) values[i] += other.values[i];
        return *this;
    }
};

}  // namespace genotype::inline v0_1::kernels::detail

#if defined(__CUDACC__)
#include "genotype/kernels/cuda/sums.hpp"  // declared before any kernel that calls it
#endif
