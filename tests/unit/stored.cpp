// The device on which weights stay in a file's form: layers find their matrices, and whatever does not fit is told.
#include "genotype/kernels/stored.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <string>
#include <vector>

#include "genotype/kernels/cpu.hpp"
#include "genotype/kernels/reference.hpp"
#include "genotype/layers/conv.hpp"
#include "genotype/layers/conv_transpose.hpp"
#include "genotype/layers/embedding.hpp"
#include "genotype/layers/flatten.hpp"
#include "genotype/layers/linear.hpp"
#include "genotype/layers/relu.hpp"
#include "genotype/network/model.hpp"
#include "genotype/network/sequential.hpp"
#include "genotype/network/workspace.hpp"
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
    *First::packed<Device>().in(model.packed.data()) = first.get();
    *Second::packed<Device>().in(model.packed.data() + packed_bytes<First, Device>()) = second.get();
    Workspace<Net, Shape<64>, Inference, Device> memory(5);
    const auto y = memory.forward(model, View<Shape<64>>{x.data(), 5});
    return Array(y.data, y.data + y.size());
}

}  // namespace

TEST_CASE("a model's layers take the matrices of their packed forms") {
    const RandomMatrix first(StorageType::Q4_1, 40, 64, 1),
        second({{StorageType::F16, 3}, {StorageType::F32, 4}}, 40, 2);
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
    const RandomMatrix table(StorageType::Q8_0, 11, 32);
    const kernels::WeightsIn<kernels::StoredMatrix> weights{nullptr, &table.get()};
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
    matmul_transposed(Stored<Cpu>{}, kernels::ProductGeometry{kernels::ConvGeometry{11, 32}}, 3, x.data(), weights,
                      nullptr, head.data(), MemoryRegion{});
    CHECK(kernel_test::same_bits(head, logits));
}

TEST_CASE("a matrix that was not loaded, or is another, is an error") {
    const Model<Net, Stored<Cpu>> model(Seed{1});
    Workspace<Net, Shape<64>, Inference, Stored<Cpu>> memory(1);
    const Array x(64);
    const auto run = [&] { memory.forward(model, View<Shape<64>>{x.data(), 1}); };
    CHECK(words_of(run).find("found 0 x 0 with 0 rows in its parts, expected 40 x 64") != std::string::npos);

    const RandomMatrix table(StorageType::Q4_0, 11, 32);
    Array y(64);
    const auto with = [&](const kernels::StoredMatrix& matrix, int rows, int columns) {
        return words_of([&] {
            matmul(Stored<Cpu>{}, kernels::ProductGeometry{kernels::ConvGeometry{columns, rows}}, 1, x.data(),
                   {nullptr, &matrix}, nullptr, y.data(), MemoryRegion{});
        });
    };
    CHECK(with(table.get(), 11, 32).empty());
    CHECK(with(table.get(), 32, 11).find("found 11 x 32") != std::string::npos);
    kernels::StoredMatrix wrong = table.get();
    wrong.parts[0].rows = 10;
    CHECK(with(wrong, 11, 32).find("10 rows in its parts") != std::string::npos);
    wrong = table.get();
    wrong.columns = 24;
    CHECK(with(wrong, 11, 24).find("found 24, expected whole blocks of 32 values, of which Q4_0 is made") !=
          std::string::npos);
    wrong.parts[0].type = StorageType::Q6_K;
    wrong.columns = 32;
    CHECK(with(wrong, 11, 32).find("found 32, expected whole blocks of 256 values, of which Q6_K is made") !=
          std::string::npos);
}

TEST_CASE("an id that is no row is an error") {
    const RandomMatrix table(StorageType::F16, 11, 5);
    Array y(10);
    for (const float id : {-1.0f, 11.0f, 0.5f, std::numeric_limits<float>::quiet_NaN()}) {
        const Array ids{10, id};
        const std::string words = words_of([&] {
            embedding(Stored<Cpu>{}, 2, 5, ids.data(), {nullptr, &table.get()}, y.data());
        });
        CHECK(words.find("embedding: token 1: found") != std::string::npos);
        CHECK(words.find("an id from 0 to 10") != std::string::npos);
    }
}

namespace {

using Image = Shape<3, 8, 8>;
using Wide = Conv<3, 8, 3, 1, 1, Bias>;
using Halving = Conv<8, 4, 4, 2, 1>;
using Point = Conv<4, 6, 1, 1, 0, Bias>;
using Doubling = ConvT<6, 5, 4, 2, 1>;
using PointBack = ConvT<5, 2, 1, 1, 0, Bias>;
using Sparse = Conv<2, 2, 1, 2>;  // of kernel 1, and yet no product
using Answer = Linear<32, 7>;
using ImageData = Sequential<Wide, ReLU, Halving, Point, ReLU, Doubling, PointBack, Sparse, Flatten, Answer>;

/// Where child `index` of `Net` has its parameters and its packed form.
template <class Net, class Device>
std::pair<long, long> places_of(int index) {
    long parameters = 0, prepared = 0;
    Net::for_each_child([&]<class Child>(std::type_identity<Child>, ChildName name) {
        if (name.number >= index) return;
        parameters += parameter_floats<Child>();
        prepared += packed_bytes<Child, Device>();
    });
    return {parameters, prepared};
}

template <class L, class Device>
constexpr bool stored = kernels::is_stored_matrix<decltype(L::template packed<Device>())>;

}  // namespace

TEST_CASE("issue 17.10: whether a layer's weights are a stored matrix is a property of its type") {
    static_assert(stored<Answer, Stored<Cpu>> && stored<Point, Stored<Cpu>> && stored<PointBack, Stored<Cpu>> &&
                  stored<Embedding<5, 4>, Stored<Cpu>>);
    static_assert(!stored<Wide, Stored<Cpu>> && !stored<Halving, Stored<Cpu>> && !stored<Doubling, Stored<Cpu>> &&
                  !stored<Sparse, Stored<Cpu>> && !stored<ReLU, Stored<Cpu>>);
    static_assert(!stored<Answer, Cpu> && !stored<Point, Reference>);
}

TEST_CASE_TEMPLATE("issue 17.10: convolutions beside products on stored weights answer as on the plain device", Device,
                   Cpu, Reference) {
    const Model<ImageData, Device> plain(Seed{4});
    Model<ImageData, Stored<Device>> model(Seed{4});
    std::vector<std::vector<float>> matrices;
    // The plain order is [large][small], a stored matrix's is (outputs, inputs).
    const auto store = [&](int index, int rows, int columns, bool outputs_are_small) {
        const auto [from, to] = places_of<ImageData, Stored<Device>>(index);
        const float* const weights = plain.parameters.data() + from;
        std::vector<float>& matrix = matrices.emplace_back();
        for (int row = 0; row < rows; ++row)
            for (int column = 0; column < columns; ++column)
                matrix.push_back(outputs_are_small ? weights[column * rows + row] : weights[row * columns + column]);
        kernels::StoredMatrix stored_form{.rows = rows, .columns = columns};
        stored_form.parts[0] = {matrix.data(), StorageType::F32, rows};
        *kernels::PackedForm<kernels::StoredMatrix>{1}.in(model.packed.data() + to) = stored_form;
    };
    matrices.reserve(3);
    store(3, 6, 4, true);
    store(6, 2, 5, false);
    store(9, 7, 32, true);
    const Array x = kernel_test::random_array(5 * Image::count, 3);
    Workspace<ImageData, Image, Inference, Device> memory(5);
    Workspace<ImageData, Image, Inference, Stored<Device>> other(5);
    const auto expected = memory.forward(plain, View<Image>{x.data(), 5});
    const auto found = other.forward(model, View<Image>{x.data(), 5});
    CHECK(kernel_test::difference(Array(found.data, found.data + found.size()),
                                  Array(expected.data, expected.data + expected.size()), 1000) < 1e-6);
}
