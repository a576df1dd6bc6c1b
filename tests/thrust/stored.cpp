// Products with, and rows of, matrices in a file's form over thrust, against the plain loops.
#include "genotype/kernels/portable/stored.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "genotype/kernels/reference/stored.hpp"
#include "support/kernel_arrays.hpp"
#include "support/stored_matrices.hpp"
#include "support/thrust_devices.hpp"

using namespace genotype;
using kernel_test::Array;
using stored_test::RandomMatrix;

namespace {

template <class Device>
Array product(Device device, const kernels::StoredMatrix& weights, int batch, const Array& x, const float* bias) {
    Array y = kernel_test::unwritten(static_cast<long>(batch) * weights.rows);
    stored_product(device, weights, batch, x.data(), bias, y.data());
    return y;
}

/// So many columns, or in a type of larger blocks one and three of these.
std::vector<int> columns_of(StorageType type, std::vector<int> columns) {
    const int values = static_cast<int>(block_values(type));
    return values > 32 ? std::vector<int>{values, 3 * values} : columns;
}

double largest(const Array& values) {
    double found = 0;
    for (const float value : values) found = std::max(found, std::abs(static_cast<double>(value)));
    return found;
}

}  // namespace

TEST_CASE_TEMPLATE("products of every type and size, for every number of threads", Device, GENOTYPE_THRUST_DEVICES) {
    for (const StorageType type : stored_test::all_types)
        for (const int columns : columns_of(type, {32, 160}))
            for (const int rows : {1, 15, 17})
                for (const int batch : {1, 5}) {
                    CAPTURE(static_cast<int>(type));
                    CAPTURE(columns);
                    CAPTURE(rows);
                    CAPTURE(batch);
                    // The middle part has its own type.
                    const RandomMatrix weights({{type, rows}, {StorageType::Q4_1, 3}, {type, 2}}, columns, 4);
                    const Array x = kernel_test::random_array(static_cast<long>(batch) * columns, 2);
                    const Array bias = kernel_test::random_array(weights.get().rows, 3);
                    // A product of two floats is exact in double, and the order of the sum is the same. A GPU's
                    // sums are floats in another order.
                    const Array plain = product(Reference{}, weights.get(), batch, x, nullptr);
                    Array with_bias = plain;
                    for (std::size_t i = 0; i < plain.size(); ++i) with_bias[i] += bias[i % bias.size()];
                    for (const int threads : {1, 2, 3}) {
                        const auto fast = [&](const float* added) {
                            return kernel_test::with_threads(
                                threads, [&] { return product(Device{}, weights.get(), batch, x, added); });
                        };
                        const auto right = [](const Array& found, const Array& wanted) {
                            return Device::on_host ? kernel_test::same_bits(found, wanted)
                                                   : kernel_test::difference(found, wanted, largest(wanted)) < 1e-5;
                        };
                        CHECK(right(fast(nullptr), plain));
                        CHECK(right(fast(bias.data()), with_bias));
                    }
                }
}

TEST_CASE_TEMPLATE("rows of a matrix, to the bit", Device, GENOTYPE_THRUST_DEVICES) {
    for (const StorageType type : stored_test::all_types)
        for (const int columns : columns_of(type, {32, 96, 576})) {
            CAPTURE(static_cast<int>(type));
            const RandomMatrix weights({{type, 5}, {StorageType::BF16, 4}}, columns, 10);
            const Array ids{8, 0, 4, 4, 5, 3};
            Array found = kernel_test::unwritten(static_cast<long>(ids.size()) * columns), wanted = found;
            stored_rows(Device{}, weights.get(), static_cast<int>(ids.size()), ids.data(), found.data());
            stored_rows(Reference{}, weights.get(), static_cast<int>(ids.size()), ids.data(), wanted.data());
            CHECK(kernel_test::same_bits(found, wanted));
        }
}
