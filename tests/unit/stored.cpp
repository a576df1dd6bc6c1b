// The device on which weights stay in a file's form: layers find their matrices, and whatever does not fit is told.
#include "genotype/kernels/stored.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <string>
#include <vector>

#include "genotype/kernels/cpu.hpp"
#include "genotype/kernels/reference.hpp"
#include "genotype/layers/linear.hpp"
#include "genotype/layers/relu.hpp"
#include "genotype/model/model.hpp"
#include "genotype/model/sequential.hpp"
#include "genotype/model/workspace.hpp"
#include "support/kernel_arrays.hpp"
#include "support/stored_matrices.hpp"

using namespace genotype;
using kernel_test::Array;
using stored_test::RandomMatrix;

namespace {

using First = Linear<64, 40>;
using Second = Linear<40, 7, NoBias>;
using Net = Sequential<First, ReLU, Second>;

/// The words of the error that a call ends in.
template <class Call>
std::string words_of(Call call) {
    try {
        call();
    } catch (const Error& error) {
        return error.what();
    }
    return "";
}

template <class Device>
Array result(const RandomMatrix& first, const RandomMatrix& second, const Array& x) {
    Model<Net, Device> model(Seed{1});
    const float nan = std::numeric_limits<float>::quiet_NaN();
    // The weights, not the bias behind the first ones: nobody reads them.
    for (long i = 0; i < 64 * 40; ++i) model.parameters.data()[i] = nan;
    for (long i = 0; i < 40 * 7; ++i) model.parameters.data()[parameter_floats<First>() + i] = nan;
    kernels::write_stored_matrix(first.get(), model.prepared.data());
    kernels::write_stored_matrix(second.get(), model.prepared.data() + prepared_floats<First, Device>());
    Workspace<Net, Shape<64>, Inference, Device> memory(5);
    const auto y = memory.forward(model, View<Shape<64>>{x.data(), 5});
    return Array(y.data, y.data + y.size());
}

}  // namespace

TEST_CASE("a model's layers take the matrices of their prepared forms") {
    const RandomMatrix first(GgmlType::Q4_1, 40, 64, 1), second({{GgmlType::F16, 3}, {GgmlType::F32, 4}}, 40, 2);
    const Array x = kernel_test::random_array(5 * 64, 3);
    const Array found = result<Stored<Cpu>>(first, second, x), expected = result<Stored<Reference>>(first, second, x);
    CHECK(kernel_test::difference(found, expected, 1000) < 1e-6);

    // The same weights on the plain device, in its order.
    Model<Net> plain(Seed{1});
    const auto transpose = [](const std::vector<float>& from, int rows, int columns, float* to) {
        for (int row = 0; row < rows; ++row)
            for (int column = 0; column < columns; ++column)
                to[column * rows + row] = from[static_cast<std::size_t>(row * columns + column)];
    };
    transpose(first.dequantized(), 40, 64, plain.parameters.data());
    transpose(second.dequantized(), 7, 40, plain.parameters.data() + parameter_floats<First>());
    Workspace<Net, Shape<64>> memory(5);
    const auto y = memory.forward(plain, View<Shape<64>>{x.data(), 5});
    CHECK(kernel_test::difference(found, Array(y.data, y.data + y.size()), 1000) < 1e-6);
}

TEST_CASE("an embedding and the head that takes its matrix") {
    const RandomMatrix table(GgmlType::Q8_0, 11, 32);
    Array prepared = kernel_test::unwritten(embedding_packed_floats(Stored<Cpu>{}, 11, 32));
    kernels::write_stored_matrix(table.get(), prepared.data());
    const kernels::ConvWeights weights{nullptr, prepared.data()};
    const std::vector<float> values = table.dequantized();

    const Array ids{10, 0, 3};
    Array x = kernel_test::unwritten(3 * 32);
    embedding(Stored<Cpu>{}, 3, 32, ids.data(), weights, x.data());
    for (std::size_t i = 0; i < 32; ++i) {
        CHECK(x[i] == values[10 * 32 + i]);
        CHECK(x[32 + i] == values[i]);
        CHECK(x[64 + i] == values[3 * 32 + i]);
    }

    Array logits = kernel_test::unwritten(3 * 11), expected = logits, head = logits;
    stored_product(Stored<Cpu>{}, 3, x.data(), weights, nullptr, logits.data());
    stored_product(Stored<Reference>{}, 3, x.data(), weights, nullptr, expected.data());
    CHECK(kernel_test::difference(logits, expected, 1e5) < 1e-6);
    convolve_transposed(Stored<Cpu>{}, kernels::ProductGeometry{kernels::ConvGeometry{11, 32}}, 3, x.data(), weights,
                        nullptr, head.data(), MemoryRegion{});
    CHECK(kernel_test::same_bits(head, logits));
}

TEST_CASE("a matrix that was not loaded, or is another, is an error") {
    const Model<Net, Stored<Cpu>> model(Seed{1});
    Workspace<Net, Shape<64>, Inference, Stored<Cpu>> memory(1);
    const Array x(64);
    const auto run = [&] { memory.forward(model, View<Shape<64>>{x.data(), 1}); };
    CHECK(words_of(run).find("found 0 x 0 with 0 rows in its parts, expected 40 x 64") != std::string::npos);

    const RandomMatrix table(GgmlType::Q4_0, 11, 32);
    Array prepared(static_cast<std::size_t>(kernels::stored_matrix_floats)), y(64);
    const auto with = [&](kernels::StoredMatrix matrix, int rows, int columns) {
        kernels::write_stored_matrix(matrix, prepared.data());
        return words_of([&] {
            convolve(Stored<Cpu>{}, kernels::ProductGeometry{kernels::ConvGeometry{columns, rows}}, 1, x.data(),
                     {nullptr, prepared.data()}, nullptr, y.data(), MemoryRegion{});
        });
    };
    CHECK(with(table.get(), 11, 32).empty());
    CHECK(with(table.get(), 32, 11).find("found 11 x 32") != std::string::npos);
    kernels::StoredMatrix wrong = table.get();
    wrong.parts[0].rows = 10;
    CHECK(with(wrong, 11, 32).find("10 rows in its parts") != std::string::npos);
    wrong = table.get();
    wrong.columns = 24;
    CHECK(with(wrong, 11, 24).find("whole blocks") != std::string::npos);
}

TEST_CASE("an id that is no row is an error") {
    const RandomMatrix table(GgmlType::F16, 11, 5);
    Array prepared(static_cast<std::size_t>(kernels::stored_matrix_floats)), y(10);
    kernels::write_stored_matrix(table.get(), prepared.data());
    for (const float id : {-1.0f, 11.0f, 0.5f, std::numeric_limits<float>::quiet_NaN()}) {
        const Array ids{10, id};
        const std::string words = words_of([&] {
            embedding(Stored<Cpu>{}, 2, 5, ids.data(), {nullptr, prepared.data()}, y.data());
        });
        CHECK(words.find("embedding: token 1: found") != std::string::npos);
        CHECK(words.find("an id from 0 to 10") != std::string::npos);
    }
}
