// Batch norm's kernels: the fast ones against the plain ones, and both against values worked out by hand.
#include <doctest/doctest.h>

#include <cstdint>

#include "genotype/kernels/cpu/norm/normalization_batch.hpp"
#include "genotype/kernels/reference/normalization_batch.hpp"
#include "support/kernel_arrays.hpp"

using namespace genotype;
using namespace kernel_test;

namespace {

struct Sizes {
    long rows;
    int channels;
};
const Sizes table[] = {{2, 1},   {2, 3},    {3, 5},    {7, 64},   {9, 17},    {63, 5},    {64, 8},  {65, 17},
                       {130, 3}, {257, 16}, {512, 33}, {4097, 5}, {4500, 64}, {6001, 17}, {9000, 1}};

struct Trained {
    Array y, mean, inverse, running;
    bool operator==(const Trained& other) const {
        return same_bits(y, other.y) && same_bits(mean, other.mean) && same_bits(inverse, other.inverse) &&
               same_bits(running, other.running);
    }
};

template <class Device>
Trained train(Device device, Sizes sizes, const Array& x, const Array& weight, const Array& bias) {
    const auto [rows, channels] = sizes;
    Array moments = unwritten(kernels::RowChunks{rows}.count() * 2L * channels);
    Trained out{unwritten(rows * channels), unwritten(channels), unwritten(channels),
                Array(static_cast<unsigned long>(2 * channels + 1), 0.5f)};
    out.running.back() = 0;
    channel_moments(device, rows, channels, x.data(), moments.data());
    batch_norm_statistics(device, rows, channels, moments.data(), x.data(), 1e-5f,
                          {out.running.data(), out.running.data() + channels, &out.running.back(), 0.1f},
                          out.mean.data(), out.inverse.data());
    normalize_channels(device, rows, channels, x.data(), out.mean.data(), out.inverse.data(), weight.data(),
                       bias.data(), out.y.data());
    return out;
}

struct Gradients {
    Array dx, dweight, dbias;
    bool operator==(const Gradients& other) const {
        return same_bits(dx, other.dx) && same_bits(dweight, other.dweight) && same_bits(dbias, other.dbias);
    }
};

template <class Device>
Gradients differentiate(Device device, Sizes sizes, const Array& x, const Array& dy, const Array& weight,
                        const Trained& saved, bool accumulate) {
    const auto [rows, channels] = sizes;
    Array scratch = unwritten((kernels::RowChunks{rows}.count() + 1) * 2L * channels);
    const Array& bias = weight;  // nothing depends on it without an activation
    const auto count = static_cast<unsigned long>(channels);
    Gradients out{unwritten(rows * channels), accumulate ? Array(count, 2.0f) : unwritten(channels),
                  accumulate ? Array(count, -3.0f) : unwritten(channels)};
    batch_norm_backward(device, rows, channels, x.data(), dy.data(), weight.data(), bias.data(), saved.mean.data(),
                        saved.inverse.data(), scratch.data(), out.dx.data(), out.dweight.data(), out.dbias.data(),
                        accumulate);
    return out;
}

}  // namespace

TEST_CASE("batch norm's kernels agree with the plain ones, for every number of threads") {
    unsigned seed = 0;
    for (const Sizes sizes : table) {
        CAPTURE(sizes.rows);
        CAPTURE(sizes.channels);
        const long count = sizes.rows * sizes.channels;
        const Array x = random_array(count, ++seed, 0.5f), dy = random_array(count, ++seed);
        const Array weight = random_array(sizes.channels, ++seed), bias = random_array(sizes.channels, ++seed);
        const Trained plain = train(Reference{}, sizes, x, weight, bias);
        const Trained fast = with_threads(1, [&] { return train(Cpu{}, sizes, x, weight, bias); });
        CHECK(fast == with_threads(2, [&] { return train(Cpu{}, sizes, x, weight, bias); }));
        // Two values that nearly agree have a huge inverse deviation, so the difference is relative to it.
        double largest = 1;
        for (const float inverse : plain.inverse) largest = std::max<double>(largest, inverse);
        CHECK(difference(fast.y, plain.y, largest) < 2e-6);
        CHECK(difference(fast.mean, plain.mean) < 1e-6);
        CHECK(difference(fast.inverse, plain.inverse, largest) < 2e-6);
        CHECK(difference(fast.running, plain.running) < 1e-6);

        for (const bool accumulate : {false, true}) {
            auto run = [&](auto device) { return differentiate(device, sizes, x, dy, weight, plain, accumulate); };
            const Gradients wanted = run(Reference{});
            const Gradients found = with_threads(1, [&] { return run(Cpu{}); });
            CHECK(found == with_threads(2, [&] { return run(Cpu{}); }));
            CHECK(difference(found.dx, wanted.dx, largest) < 4e-6);
            CHECK(difference(found.dweight, wanted.dweight, largest * std::sqrt(sizes.rows)) < 2e-6);
            CHECK(difference(found.dbias, wanted.dbias, std::sqrt(sizes.rows)) < 2e-6);
        }
    }
}

TEST_CASE("batch norm backward leaves out what is not requested") {
    const Sizes sizes{70, 5};
    const Array x = random_array(350, 1), dy = random_array(350, 2), weight = random_array(5, 3);
    const Trained saved = train(Reference{}, sizes, x, weight, weight);
    auto check = [&](auto device) {
        const Gradients all = differentiate(device, sizes, x, dy, weight, saved, false);
        Array scratch = unwritten(3 * 2 * 5);
        Gradients some{unwritten(350), unwritten(5), unwritten(5)};
        batch_norm_backward(device, 70, 5, x.data(), dy.data(), weight.data(), weight.data(), saved.mean.data(),
                            saved.inverse.data(), scratch.data(), some.dx.data(), nullptr, nullptr, false);
        batch_norm_backward(device, 70, 5, x.data(), dy.data(), weight.data(), weight.data(), saved.mean.data(),
                            saved.inverse.data(), scratch.data(), nullptr, some.dweight.data(), some.dbias.data(),
                            false);
        CHECK(some == all);
    };
    check(Cpu{});
    check(Reference{});
}

TEST_CASE("batch norm by hand") {
    // Channels (1, 3, 5, 7) and (0, 0, 0, 8): means 4 and 2, biased variances 5 and 12, unbiased 20/3 and 16.
    const Array x{1, 0, 3, 0, 5, 0, 7, 8}, weight{2, 1}, bias{1, 0};
    auto check = [&](auto device) {
        const Trained out = train(device, {4, 2}, x, weight, bias);
        const float first = 1 / std::sqrt(5.00001f), second = 1 / std::sqrt(12.00001f);
        CHECK(difference(out.mean, {4, 2}) == 0);
        CHECK(difference(out.inverse, {first, second}) < 1e-7);
        CHECK(difference(out.y, {1 - 6 * first, -2 * second, 1 - 2 * first, -2 * second, 1 + 2 * first, -2 * second,
                                 1 + 6 * first, 6 * second}) < 1e-6);
        Array running = out.running;
        std::int32_t batches;
        std::memcpy(&batches, &running.back(), sizeof batches);
        CHECK(batches == 1);
        running.pop_back();
        CHECK(difference(running, {0.85f, 0.65f, 0.45f + 2 / 3.0f, 2.05f}) < 1e-6);
        // dy picks one value: dx = weight * inverse * (dy - 1/4 - normalised * its value / 4).
        const Gradients gradients = differentiate(device, {4, 2}, x, {0, 0, 0, 0, 0, 0, 1, 0}, weight, out, false);
        const float top = 3 * first;
        CHECK(difference(gradients.dweight, {top, 0}) < 1e-6);
        CHECK(difference(gradients.dbias, {1, 0}) < 1e-6);
        CHECK(difference(gradients.dx,
                         {2 * first * (-0.25f + top * top / 4), 0, 2 * first * (-0.25f + first * top / 4), 0,
                          2 * first * (-0.25f - first * top / 4), 0, 2 * first * (0.75f - top * top / 4), 0}) < 1e-6);
    };
    check(Cpu{});
    check(Reference{});
}

TEST_CASE("batch norm keeps its digits where the mean is thousands of deviations away") {
    for (const bool outlier_first : {false, true}) {
        CAPTURE(outlier_first);
        Array x = random_array(5000 * 17, 3, outlier_first ? 1000 : 10000);
        if (outlier_first)
            for (int c = 0; c < 17; ++c) x[static_cast<unsigned long>(c)] = 0;
        const Array weight(17, 1.0f), bias(17, 0.0f);
        const Trained plain = train(Reference{}, {5000, 17}, x, weight, bias);
        const Trained fast = train(Cpu{}, {5000, 17}, x, weight, bias);
        CHECK(difference(fast.mean, plain.mean) < 1e-3);  // a mean of 10000 has steps of 0.98e-3
        for (unsigned long c = 0; c < 17; ++c) {
            CHECK(std::abs(fast.inverse[c] / plain.inverse[c] - 1) < (outlier_first ? 1e-5 : 1e-6));
            if (!outlier_first) CHECK(plain.inverse[c] == doctest::Approx(1).epsilon(0.05));
        }
    }
}

TEST_CASE("a counter of batches counts") {
    const Array x = random_array(6, 1), weight(2, 1.0f);
    Array moments(4), mean(2), inverse(2), running(5, 0.0f);
    for (int step = 0; step < 3; ++step) {
        channel_moments(Cpu{}, 3, 2, x.data(), moments.data());
        batch_norm_statistics(Cpu{}, 3, 2, moments.data(), x.data(), 1e-5f,
                              {running.data(), running.data() + 2, running.data() + 4, 0.1f}, mean.data(),
                              inverse.data());
    }
    std::int32_t batches;
    std::memcpy(&batches, &running[4], sizeof batches);
    CHECK(batches == 3);
}
