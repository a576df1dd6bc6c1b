// Batch norm over thrust against plain loops.
#include "genotype/kernels/reference/normalization_batch.hpp"

#include <doctest/doctest.h>

#include <cstdint>

#include "genotype/kernels/portable/normalization_batch.hpp"
#include "genotype/layers/leaky_relu.hpp"
#include "genotype/layers/silu.hpp"
#include "support/kernel_arrays.hpp"
#include "support/thrust_devices.hpp"

using namespace genotype;
using namespace kernel_test;

namespace {

struct Sizes {
    long rows;
    int channels;
};
const Sizes table[] = {{2, 1}, {3, 5}, {63, 5}, {64, 8}, {65, 17}, {130, 3}, {512, 33}, {4097, 5}, {6001, 17}};

struct Trained {
    Array y, mean, inverse, running;
    bool operator==(const Trained& other) const {
        return same_bits(y, other.y) && same_bits(mean, other.mean) && same_bits(inverse, other.inverse) &&
               same_bits(running, other.running);
    }
};

template <class Device, class Activation = kernels::NoActivation>
Trained train(Device device, Sizes sizes, const Array& x, const Array& weight, const Array& bias,
              Activation activation = {}) {
    const auto [rows, channels] = sizes;
    Array moments = unwritten(kernels::RowChunks{rows}.count() * 2L * channels);
    Trained out{unwritten(rows * channels), unwritten(channels), unwritten(channels),
                Array(2ul * static_cast<unsigned long>(channels) + 1, 0.5f)};
    out.running.back() = 0;
    channel_moments(device, rows, channels, x.data(), moments.data());
    batch_norm_statistics(device, rows, channels, moments.data(), x.data(), 1e-5f,
                          {out.running.data(), out.running.data() + channels, &out.running.back(), 0.1f},
                          out.mean.data(), out.inverse.data());
    normalize_channels(device, rows, channels, x.data(), out.mean.data(), out.inverse.data(), weight.data(),
                       bias.data(), out.y.data(), activation);
    return out;
}

struct Gradients {
    Array dx, dweight, dbias;
    bool operator==(const Gradients& other) const {
        return same_bits(dx, other.dx) && same_bits(dweight, other.dweight) && same_bits(dbias, other.dbias);
    }
};

/// All gradients; or, in two calls, those of the input and those of the parameters.
template <class Device, class Activation = kernels::NoActivation>
Gradients differentiate(Device device, Sizes sizes, const Array& x, const Array& dy, const Array& weight,
                        const Array& bias, const Trained& saved, bool accumulate, bool apart,
                        Activation activation = {}) {
    const auto [rows, channels] = sizes;
    Array scratch = unwritten((kernels::RowChunks{rows}.count() + 1) * 2L * channels);
    Gradients out{unwritten(rows * channels), accumulate ? random_array(channels, 98) : unwritten(channels),
                  accumulate ? random_array(channels, 99) : unwritten(channels)};
    const auto run = [&](float* dx, float* dweight, float* dbias) {
        batch_norm_backward(device, sizes.rows, sizes.channels, x.data(), dy.data(), weight.data(), bias.data(),
                            saved.mean.data(), saved.inverse.data(), scratch.data(), dx, dweight, dbias, accumulate,
                            activation);
    };
    run(out.dx.data(), apart ? nullptr : out.dweight.data(), apart ? nullptr : out.dbias.data());
    if (apart) run(nullptr, out.dweight.data(), out.dbias.data());
    return out;
}

template <class Device, class Activation>
void compare(Activation activation) {
    unsigned seed = 0;
    for (const Sizes sizes : table) {
        CAPTURE(sizes.rows);
        CAPTURE(sizes.channels);
        const long count = sizes.rows * sizes.channels;
        const Array x = random_array(count, ++seed, 0.5f), dy = random_array(count, ++seed);
        const Array weight = random_array(sizes.channels, ++seed), bias = random_array(sizes.channels, ++seed);
        const Trained plain = train(Reference{}, sizes, x, weight, bias, activation);
        const auto forward = [&] { return train(Device{}, sizes, x, weight, bias, activation); };
        const Trained own = with_threads(1, forward);
        CHECK(own == with_threads(3, forward));
        // Two values that nearly agree have a huge inverse deviation, so the difference is relative to it.
        double largest = 1;
        for (const float inverse : plain.inverse) largest = std::max<double>(largest, static_cast<double>(inverse));
        CHECK(difference(own.y, plain.y, largest) < 2e-6);
        CHECK(difference(own.mean, plain.mean) < 1e-6);
        CHECK(difference(own.inverse, plain.inverse, largest) < 1e-6);
        CHECK(difference(own.running, plain.running) < 1e-6);

        for (const bool accumulate : {false, true}) {
            const auto backward = [&](auto device, bool apart) {
                return differentiate(device, sizes, x, dy, weight, bias, plain, accumulate, apart, activation);
            };
            const Gradients wanted = backward(Reference{}, false);
            const Gradients found = with_threads(1, [&] { return backward(Device{}, false); });
            CHECK(found == with_threads(3, [&] { return backward(Device{}, false); }));
            CHECK(found == backward(Device{}, true));
            const double terms = std::sqrt(static_cast<double>(sizes.rows));
            CHECK(difference(found.dx, wanted.dx, largest) < 4e-6);
            CHECK(difference(found.dweight, wanted.dweight, largest * terms) < 2e-6);
            CHECK(difference(found.dbias, wanted.dbias, terms) < 2e-6);
        }
    }
}

}  // namespace

TEST_CASE_TEMPLATE("batch norm agrees with the plain one", Device, GENOTYPE_THRUST_DEVICES) {
    compare<Device>(kernels::NoActivation{});
}

TEST_CASE_TEMPLATE("batch norm agrees with the plain one through an activation", Device, GENOTYPE_THRUST_DEVICES) {
    compare<Device>(SiLU::function_of_input());
    compare<Device>(LeakyReLU<0.2f>::function_of_input());
}

TEST_CASE_TEMPLATE("batch norm keeps its digits far from zero", Device, GENOTYPE_THRUST_DEVICES) {
    for (const bool outlier_first : {false, true}) {
        CAPTURE(outlier_first);
        Array x = random_array(5000 * 3, 3, outlier_first ? 1000 : 10000);
        if (outlier_first)
            for (unsigned long c = 0; c < 3; ++c) x[c] = 0;
        const Array weight(3, 1.0f), bias(3, 0.0f);
        const Trained plain = train(Reference{}, {5000, 3}, x, weight, bias);
        const Trained own = train(Device{}, {5000, 3}, x, weight, bias);
        CHECK(difference(own.mean, plain.mean) < 1e-3);  // a mean of 10000 has steps of 0.98e-3
        for (unsigned long c = 0; c < 3; ++c) CHECK(std::abs(own.inverse[c] / plain.inverse[c] - 1) < 1e-6f);
    }
}

TEST_CASE_TEMPLATE("equal values have no variance, and batches are counted", Device, GENOTYPE_THRUST_DEVICES) {
    const Array x(210, 0.1f);
    Array moments = unwritten(12), mean = unwritten(3), inverse = unwritten(3), running(7, 0.0f);
    for (int step = 0; step < 3; ++step) {
        channel_moments(Device{}, 70, 3, x.data(), moments.data());
        batch_norm_statistics(Device{}, 70, 3, moments.data(), x.data(), 1e-5f,
                              {running.data(), running.data() + 3, running.data() + 6, 0.1f}, mean.data(),
                              inverse.data());
    }
    CHECK(same_bits(mean, Array(3, 0.1f)));
    CHECK(same_bits(Array(running.begin() + 3, running.begin() + 6), Array(3, 0.0f)));
    std::int32_t batches;
    std::memcpy(&batches, &running[6], sizeof batches);
    CHECK(batches == 3);
}

TEST_CASE_TEMPLATE("inverse deviations", Device, GENOTYPE_THRUST_DEVICES) {
    Array variance = random_array(33, 1), plain = unwritten(33), own = unwritten(33);
    for (float& value : variance) value *= value;
    inverse_deviations(Reference{}, 33, variance.data(), 1e-5f, plain.data());
    inverse_deviations(Device{}, 33, variance.data(), 1e-5f, own.data());
    CHECK(same_bits(own, plain));
}
