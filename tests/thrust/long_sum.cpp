// Sums of many values in parts, as on a GPU.
#include "genotype/kernels/long_sum.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "genotype/genotype.hpp"
#include "genotype/thrust.hpp"
#include "support/kernel_arrays.hpp"
#include "support/splitting.hpp"

using namespace genotype;
using namespace kernel_test;

namespace {

constexpr float guard = -12345;
constexpr long least = kernels::detail::least_sum_part;

struct Product {
    template <class V>
    constexpr V operator()(V x, V y) const {
        return x * y;
    }
};

template <class Device>
Array summed(long n, bool in_parts) {
    const Array x = random_array(n, 1), y = random_array(n, 2, 1);
    Array parts = unwritten(sum_parts(Device{}));
    parts.push_back(guard);
    Array total(1, guard);
    sum_with_parts(Device{}, in_parts ? parts.data() : nullptr, n, Product{}, total.data(), x.data(), y.data());
    CHECK(parts.back() == guard);
    // As many parts as are worth it, and are wanted.
    const long wanted = n / least < 2 || !in_parts ? 0 : std::min(n / least, sum_parts(Device{}));
    CHECK(std::count_if(parts.begin(), parts.end() - 1, [](float part) { return !std::isnan(part); }) == wanted);
    return total;
}

/// The norm before, and the gradients after.
template <class Device>
Array clipped(long n) {
    Array gradients = random_array(n, 3), norm = unwritten(1 + sum_parts(Device{}));
    norm.push_back(guard);
    clip_gradient_norm(Device{}, n, gradients.data(), 10, norm.data());
    CHECK(norm.back() == guard);
    gradients.push_back(norm[0]);
    return gradients;
}

/// The value and the gradient, which may be written over the prediction.
template <class Device>
Array lost(long values, bool in_place) {
    const Array target = random_array(3 * values, 5);
    Array prediction = random_array(3 * values, 4), apart = unwritten(3 * values), value(1, guard);
    float* const gradient = in_place ? prediction.data() : apart.data();
    MSE::evaluate(Device{}, LossCall{.prediction = {prediction.data(), 3, values},
                                     .target = {target.data(), 3, values},
                                     .value = value.data(),
                                     .gradient = {gradient, 3, values}});
    Array all(gradient, gradient + 3 * values);
    all.push_back(value[0]);
    return all;
}

}  // namespace

TEST_CASE_TEMPLATE("sums in parts are those of plain loops", Device, SplitCpp, SplitOmp) {
    for (const long n : {0L, 1L, least, 2 * least - 1, 2 * least, 3 * least + 5, 7 * least, 100'003L}) {
        CAPTURE(n);
        const double size = std::sqrt(static_cast<double>(n) + 1);
        const Array wanted = summed<Reference>(n, true), found = summed<Device>(n, true);
        CHECK(difference(found, wanted, size) < 1e-6);
        CHECK(difference(summed<Device>(n, false), wanted, size) < 1e-6);
        CHECK(same_bits(with_threads(3, [&] { return summed<Device>(n, true); }), found));
    }
}

TEST_CASE("a device whose sums have no parts needs no room for them") {
    CHECK(sum_parts(Reference{}) == 0);
    CHECK(sum_parts(Cpu{}) == 0);
    CHECK(sum_parts(ThrustCpp{}) == 0);
    CHECK(sum_parts(SplitCpp{}) == 7);
}

TEST_CASE("a norm of many gradients is their norm") {
    for (const long n : {5L, 50'000L}) CHECK(difference(clipped<SplitCpp>(n), clipped<Reference>(n), 250) < 1e-6);
}

TEST_CASE("a loss of many values leaves nothing of its parts in its gradient") {
    for (const long values : {1L, 2L, 20'000L})
        for (const bool in_place : {false, true}) {
            CAPTURE(values);
            CAPTURE(in_place);
            CHECK(difference(lost<SplitCpp>(values, in_place), lost<Reference>(values, in_place)) < 1e-5);
        }
}

TEST_CASE("a training clips by the norm of many gradients") {
    using Net = VAE<300, 70, 4>;
    Trainer<Net, ThrustCpp> plain({.clip_norm = 1, .batch = 3, .seed = 3});
    Trainer<Net, SplitCpp> split({.clip_norm = 1, .batch = 3, .seed = 3});
    Tensor<Shape<300>> batch(3);
    fill_uniform(Reference{}, batch.size(), RandomState{.seed = 1}, 0, 1, batch.data());
    for (int step = 0; step < 3; ++step)
        CHECK(split.step(batch).reconstruction == doctest::Approx(plain.step(batch).reconstruction).epsilon(1e-5));
}
