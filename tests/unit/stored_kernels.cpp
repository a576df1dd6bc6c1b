// Products with weights in a file's form, against sums in double precision over the same weights as float32.
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "genotype/kernels/cpu/quantized/stored_product.hpp"
#include "genotype/kernels/reference/stored.hpp"
#include "support/kernel_arrays.hpp"
#include "support/sizes.hpp"
#include "support/stored_matrices.hpp"

using namespace genotype;
using genotype_test::has_fewer_sizes, genotype_test::sized_for_sanitizers;
using kernel_test::Array;
using stored_test::RandomMatrix;

namespace {

/// What lies at both sides of a limit: rows of a tile, a vector's lanes, groups of 32 columns, chunks of 1024.
std::vector<int> columns_of(StorageType type) {
    switch (block_values(type)) {
        case 1:
            return {1, 5, 16, 31, 32, 33, 100, 160, 576, 1023, 1025, 2100};
        case 32:
            return {32, 64, 96, 128, 160, 576, 992, 1024, 1056, 1536, 2112};
        default:
            return {256, 512, 768, 1024, 1280, 2304};
    }
}
/// So many columns, or the next whole blocks.
int whole(StorageType type, int columns) {
    const int values = static_cast<int>(block_values(type));
    return (columns + values - 1) / values * values;
}

template <class Device>
Array product(Device device, const kernels::StoredMatrix& weights, int batch, const Array& x, const float* bias) {
    Array y = kernel_test::unwritten(static_cast<long>(batch) * weights.rows);
    stored_product(device, weights, batch, x.data(), bias, y.data());
    return y;
}

/// The largest error of all results, over the sum of the sizes of what was added up. NaN where there is one.
double error(const RandomMatrix& weights, int batch, const Array& x, const Array& bias, const Array& y) {
    const auto rows = static_cast<std::size_t>(weights.get().rows),
               columns = static_cast<std::size_t>(weights.get().columns);
    const std::vector<float> w = weights.dequantized();
    double largest = 0;
    for (std::size_t sample = 0; sample < static_cast<std::size_t>(batch); ++sample)
        for (std::size_t row = 0; row < rows; ++row) {
            double sum = bias.empty() ? 0.0 : static_cast<double>(bias[row]), size = std::abs(sum);
            for (std::size_t i = 0; i < columns; ++i) {
                const double term =
                    static_cast<double>(x[sample * columns + i]) * static_cast<double>(w[row * columns + i]);
                sum += term;
                size += std::abs(term);
            }
            const double apart = std::abs(static_cast<double>(y[sample * rows + row]) - sum) / size;
            if (!(apart <= largest)) largest = apart;
            if (std::isnan(apart)) return apart;
        }
    return largest;
}

}  // namespace

TEST_CASE("products of every type and size") {
    for (const StorageType type : stored_test::all_types) {
        CAPTURE(static_cast<int>(type));
        for (const int columns : columns_of(type))
            for (const int rows : {1, 3, 4, 7, 50})
                for (const int batch : {1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 20}) {
                    if (columns > 600 && batch > 7) continue;
                    CAPTURE(columns);
                    CAPTURE(rows);
                    CAPTURE(batch);
                    const RandomMatrix weights(type, rows, columns);
                    const Array x = kernel_test::random_array(static_cast<long>(batch) * columns, 2);
                    const Array bias = rows % 2 ? kernel_test::random_array(rows, 3) : Array{};
                    const Array y = product(Cpu{}, weights.get(), batch, x, bias.empty() ? nullptr : bias.data());
                    REQUIRE(error(weights, batch, x, bias, y) < 3e-7);
                }
    }
}

TEST_CASE("products with unit vectors are the weights, to the bit") {
    const auto check = [&](const kernels::StoredMatrix& weights, const std::vector<float>& expected) {
        const auto rows = static_cast<std::size_t>(weights.rows), columns = static_cast<std::size_t>(weights.columns);
        Array x(columns * columns);
        for (std::size_t i = 0; i < columns; ++i) x[i * columns + i] = 1;
        const Array many = product(Cpu{}, weights, weights.columns, x, nullptr);
        bool same = true;
        for (std::size_t i = 0; i < columns; ++i) {
            const Array one(x.begin() + static_cast<long>(i * columns),
                            x.begin() + static_cast<long>((i + 1) * columns));
            const Array few = product(Cpu{}, weights, 1, one, nullptr);
            for (std::size_t row = 0; row < rows; ++row)
                same = same && few[row] == expected[row * columns + i] &&
                       many[i * rows + row] == expected[row * columns + i];
        }
        CHECK(same);
    };
    for (const StorageType type : stored_test::all_types) {
        CAPTURE(static_cast<int>(type));
        const RandomMatrix weights(type, 21, whole(type, 64), 12);
        check(weights.get(), weights.dequantized());
    }
    // All halves that are numbers, denormal ones too.
    std::vector<Float16> halves;
    for (unsigned bits = 0; bits < 0x10000; ++bits)
        if ((bits & 0x7c00) != 0x7c00) halves.push_back({static_cast<std::uint16_t>(bits)});
    std::vector<float> expected;
    for (const Float16 half : halves) expected.push_back(to_float(half));
    const int rows = static_cast<int>(halves.size()) / 64;
    check({rows, 64, {kernels::StoredPart{halves.data(), StorageType::F16, rows}}}, expected);
}

TEST_CASE("parts of different types, stacked by rows") {
    using Parts = std::vector<std::pair<StorageType, int>>;
    for (const Parts& parts : {Parts{{StorageType::Q4_1, 9}, {StorageType::F16, 3}, {StorageType::Q4_0, 5}},
                               Parts{{StorageType::F32, 1}, {StorageType::BF16, 30}, {StorageType::Q8_0, 2}},
                               Parts{{StorageType::Q5_K, 7}, {StorageType::MXFP4, 3}, {StorageType::Q6_K, 10}},
                               Parts{{StorageType::Q4_1, 64}, {StorageType::Q4_1, 32}}})
        for (const int batch : {1, 4, 17}) {
            CAPTURE(batch);
            const int columns = whole(parts.front().first, 192);
            const RandomMatrix weights(parts, columns, 4);
            const Array x = kernel_test::random_array(batch * columns, 5);
            const Array bias = kernel_test::random_array(weights.get().rows, 6);
            const Array y = product(Cpu{}, weights.get(), batch, x, bias.data());
            CHECK(error(weights, batch, x, bias, y) < 3e-7);
            CHECK(error(weights, batch, x, bias, product(Reference{}, weights.get(), batch, x, bias.data())) < 1e-7);
        }
}

TEST_CASE("weights may lie at any address") {
    for (const StorageType type : stored_test::all_types) {
        CAPTURE(static_cast<int>(type));
        const int columns = whole(type, 96);
        const RandomMatrix weights(type, 9, columns);
        const kernels::StoredPart part = weights.get().parts[0];
        const std::size_t size = 9 * kernels::stored_row_bytes(type, columns);
        std::vector<std::byte> moved(size + 1);
        std::memcpy(moved.data() + 1, part.data, size);
        kernels::StoredMatrix matrix = weights.get();
        matrix.parts[0].data = moved.data() + 1;
        for (const int batch : {1, 20}) {
            const Array x = kernel_test::random_array(batch * columns, 11);
            CHECK(kernel_test::same_bits(product(Cpu{}, matrix, batch, x, nullptr),
                                         product(Cpu{}, weights.get(), batch, x, nullptr)));
        }
        const Array ids{8};
        Array row(static_cast<std::size_t>(columns)), expected = row;
        stored_rows(Cpu{}, matrix, 1, ids.data(), row.data());
        stored_rows(Cpu{}, weights.get(), 1, ids.data(), expected.data());
        CHECK(kernel_test::same_bits(row, expected));
    }
}

TEST_CASE("the same bits on one thread and on several") {
    for (const StorageType type : stored_test::all_types)
        for (const int batch : {1, 5, 40}) {
            CAPTURE(static_cast<int>(type));
            CAPTURE(batch);
            const RandomMatrix weights({{type, has_fewer_sizes ? 100 : 470}, {type, 131}}, 1536, 7);
            const Array x = kernel_test::random_array(batch * 1536, 8);
            const auto run = [&] { return product(Cpu{}, weights.get(), batch, x, nullptr); };
            const Array expected = kernel_test::with_threads(1, run);
            for (const int threads : sized_for_sanitizers<int>({2, 3, 7}, {7}))
                CHECK(kernel_test::same_bits(kernel_test::with_threads(threads, run), expected));
        }
}

TEST_CASE("a row's result does not depend on the rows beside it") {
    constexpr int rows = 37, batch = 30;
    for (const StorageType type : stored_test::all_types) {
        CAPTURE(static_cast<int>(type));
        const int columns = whole(type, 1184);
        const RandomMatrix weights(type, rows, columns);
        const Array x = kernel_test::random_array(batch * columns, 9);
        const Array all = product(Cpu{}, weights.get(), batch, x, nullptr);
        for (const int first : {0, 1, 11, 29})
            for (const int count : {1, 2, 3, 7}) {
                if (first + count > batch) continue;
                const Array some(x.begin() + first * columns, x.begin() + (first + count) * columns);
                const Array expected(all.begin() + first * rows, all.begin() + (first + count) * rows);
                CHECK(kernel_test::same_bits(product(Cpu{}, weights.get(), count, some, nullptr), expected));
            }
    }
}

TEST_CASE("rows of a matrix") {
    for (const StorageType type : stored_test::all_types)
        for (const int least : {32, 96, 576}) {
            CAPTURE(static_cast<int>(type));
            const int columns = whole(type, least);
            const RandomMatrix weights({{type, 5}, {StorageType::BF16, 4}}, columns, 10);
            const std::vector<float> all = weights.dequantized();
            const Array ids{8, 0, 4, 4, 5, 3};
            Array found = kernel_test::unwritten(static_cast<long>(ids.size()) * columns), expected;
            for (const float id : ids)
                expected.insert(expected.end(), all.begin() + static_cast<long>(id) * columns,
                                all.begin() + static_cast<long>(id + 1) * columns);
            stored_rows(Cpu{}, weights.get(), static_cast<int>(ids.size()), ids.data(), found.data());
            CHECK(kernel_test::same_bits(found, expected));
        }
}

namespace {

/// A block of this test's own, of which nobody makes vectors: 32 numbers of 8 bits above the least.
struct BlockFromLeast {
    static constexpr int values = 32;
    Float16 scale, least;
    std::array<std::uint8_t, 32> quants;
};
void dequantize(const BlockFromLeast& block, float* to) {
    for (std::size_t i = 0; i < 32; ++i)
        to[i] = static_cast<float>(block.quants[i]) * to_float(block.scale) + to_float(block.least);
}

}  // namespace

TEST_CASE("issue 18: a type of blocks without a form in vectors is read through memory") {
    using kernels::detail::dots_columns, kernels::detail::lanes;
    std::array<BlockFromLeast, dots_columns> blocks;
    std::array<float, 32 * dots_columns> wanted{}, found{};
    kernels::detail::StoredQuad quad{{}, reinterpret_cast<const std::byte*>(&blocks)};
    for (std::size_t row = 0; row < dots_columns; ++row) {
        blocks[row] = {.scale = {0x3401}, .least = {static_cast<std::uint16_t>(0xc400 + row)}, .quants = {}};
        for (std::size_t i = 0; i < 32; ++i) blocks[row].quants[i] = static_cast<std::uint8_t>(i * 7 + row);
        quad.rows[row] = reinterpret_cast<const std::byte*>(&blocks[row]);
        std::array<float, 32> values{};
        dequantize(blocks[row], values.data());
        for (std::size_t i = 0; i < 32; ++i) {
            const std::size_t vector = i / lanes, lane = i % lanes;
            wanted[(vector * dots_columns + row) * lanes + lane] = values[i];
        }
    }
    kernels::detail::stored_form<BlockFromLeast>.unpack(quad, 32, found.data());
    CHECK(found == wanted);
}
