// Elementwise kernels, sums of groups and memory of the GPU, against plain loops on the host.
#include <doctest/doctest.h>

#include "genotype/kernels/portable/elementwise.hpp"
#include "on_gpu.hpp"

using namespace genotype;
using namespace kernel_test;
using cuda_test::Values;

namespace {

struct Mixed {
    template <class V>
    constexpr V operator()(V x, V y) const {
        return x * V(0.5f) + y * y;
    }
};

struct Decay {
    template <class V>
    constexpr void operator()(V& weight, V gradient, V& state) const {
        state = state * V(0.5f) + gradient;
        weight = weight - state * V(0.25f);
    }
};

template <class Device>
Array mapped(const Array& x, const Array& y) {
    Values<Device> in(x), other(y), out(unwritten(static_cast<long>(x.size())));
    map(Device{}, static_cast<long>(x.size()), Mixed{}, out.data(), in.data(), other.data());
    return out.read();
}

template <class Device>
Array updated(const Array& x, const Array& y) {
    Values<Device> weight(x), gradient(y), state(y);
    update(Device{}, static_cast<long>(x.size()), Decay{}, weight.data(), static_cast<const float*>(gradient.data()),
           state.data());
    Array both = weight.read();
    for (const float value : state.read()) both.push_back(value);
    return both;
}

template <class Device>
Array summed(const Array& x, long groups, long length) {
    Values<Device> in(x), out(unwritten(2 * groups));
    const float* const from = in.data();
    float* const to = out.data();
    kernels::detail::sum_groups(
        Device{}, groups, length, kernels::detail::Sums<2>{},
        [=] GENOTYPE_BOTH(long group, long i) {
            const double value = static_cast<double>(from[group * length + i]);
            return kernels::detail::Sums<2>{{value, value * value}};
        },
        [=] GENOTYPE_BOTH(long group, const kernels::detail::Sums<2>& sums) {
            to[2 * group] = static_cast<float>(sums.values[0]);
            to[2 * group + 1] = static_cast<float>(sums.values[1]);
        });
    return out.read();
}

template <class Device>
Array summed_in_parts(const Array& x) {
    Values<Device> in(x), parts(unwritten(1 + sum_parts(Device{})));
    sum_with_parts(Device{}, parts.data() + 1, static_cast<long>(x.size()), Mixed{}, parts.data(), in.data(),
                   in.data());
    return {parts.read()[0]};
}

}  // namespace

TEST_CASE("Memory of the GPU begins as zeros and takes copies both ways") {
    Values<Cuda> values(random_array(1000, 1));
    CHECK(same_bits(values.read(), random_array(1000, 1)));
    Cuda::clear(values.data(), 999);
    CHECK(values.read()[998] == 0);
    CHECK(values.read()[999] == random_array(1000, 1)[999]);
    const Arena<Cuda> zeros(77);
    Array read = unwritten(77);
    Cuda::download(zeros.data(), 77, read.data());
    CHECK(same_bits(read, Array(77)));
    CHECK_THROWS_AS(Cuda::allocate(1L << 45), std::bad_alloc);
}

TEST_CASE("Elementwise kernels of the GPU are those of the host") {
    for (const long n : {0L, 1L, 31L, 257L, 100'003L}) {
        CAPTURE(n);
        const Array x = random_array(n, 2), y = random_array(n, 3);
        // The GPU rounds a product and a sum at once.
        CHECK(difference(mapped<Cuda>(x, y), mapped<Reference>(x, y), 16) < 1e-6);
        CHECK(difference(updated<Cuda>(x, y), updated<Reference>(x, y), 8) < 1e-6);
    }
}

TEST_CASE("The GPU's sums of groups are those of the host, with the same bits every time") {
    struct Sizes {
        long groups, length;
    };
    for (const Sizes size : {Sizes{1, 1}, {3, 0}, {2, 31}, {5, 33}, {70'000, 3}, {7, 1025}, {1, 100'003}}) {
        CAPTURE(size.groups);
        CAPTURE(size.length);
        const Array x = random_array(size.groups * size.length, 4);
        const Array found = summed<Cuda>(x, size.groups, size.length);
        CHECK(difference(found, summed<ThrustCpp>(x, size.groups, size.length), 1 + static_cast<double>(size.length)) <
              1e-6);
        CHECK(same_bits(found, summed<Cuda>(x, size.groups, size.length)));
    }
}

TEST_CASE("The GPU's sums in parts are those of the host, with the same bits every time") {
    for (const long n : {0L, 4095L, 8192L, 100'003L, 3'000'001L}) {
        CAPTURE(n);
        const Array x = random_array(n, 5), found = summed_in_parts<Cuda>(x);
        CHECK(difference(found, summed_in_parts<Reference>(x), 1 + static_cast<double>(n)) < 1e-6);
        CHECK(same_bits(found, summed_in_parts<Cuda>(x)));
    }
}
