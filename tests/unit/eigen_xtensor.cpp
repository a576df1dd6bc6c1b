// Eigen's and xtensor's faces of a batch: the same memory, the right order of axes.
#include <doctest/doctest.h>

#include <xtensor/xmath.hpp>
#include <xtensor/xview.hpp>

#include "genotype/interop/eigen.hpp"
#include "genotype/interop/xtensor.hpp"

using namespace genotype;

namespace {

template <ShapeType S>
Tensor<S> counted(int batch) {
    Tensor<S> tensor(batch);
    for (long i = 0; i < tensor.size(); ++i) tensor.data()[i] = static_cast<float>(i);
    return tensor;
}

}  // namespace

TEST_CASE("Eigen sees one row a sample, in memory's order") {
    auto tensor = counted<Shape<2, 3, 4>>(5);
    auto matrix = as_eigen(tensor);
    CHECK(matrix.rows() == 5);
    CHECK(matrix.cols() == 24);
    CHECK(matrix.data() == tensor.data());
    CHECK(matrix(3, 7) == 3 * 24 + 7);
    matrix(3, 7) = -1;
    CHECK(tensor.data()[3 * 24 + 7] == -1);
    matrix.row(4).setZero();
    CHECK(tensor(4, 1, 2, 3) == 0);

    const auto& constant = tensor;
    static_assert(std::is_const_v<std::remove_pointer_t<decltype(as_eigen(constant).data())>>);
    CHECK(as_eigen(constant).data() == tensor.data());
    CHECK(as_eigen(tensor.view().slice(2, 1)).data() == tensor.data() + 2 * 24);
    CHECK(as_eigen(counted<Shape<3>>(2)).colwise().sum()(1) == 1 + 4);
}

TEST_CASE("xtensor sees PyTorch's axes") {
    auto tensor = counted<Shape<2, 3, 4>>(5);
    auto array = as_xtensor(tensor);
    REQUIRE(array.dimension() == 4);
    CHECK(array.shape(0) == 5);
    CHECK(array.shape(1) == 2);
    CHECK(array.shape(2) == 3);
    CHECK(array.shape(3) == 4);
    for (int n = 0; n < 5; ++n)
        for (int c = 0; c < 2; ++c)
            for (int h = 0; h < 3; ++h)
                for (int w = 0; w < 4; ++w) CHECK(&array(n, c, h, w) == &tensor(n, c, h, w));
    array(1, 1, 2, 3) = -5;
    CHECK(tensor(1, 1, 2, 3) == -5);
    xt::view(array, 2, 0, xt::all(), xt::all()) = 9.0f;
    CHECK(tensor(2, 0, 1, 1) == 9);
    CHECK(tensor(2, 1, 1, 1) != 9);

    const auto& constant = tensor;
    CHECK(&as_xtensor(constant)(4, 1, 0, 2) == tensor.data() + ((4 * 3 + 0) * 4 + 2) * 2 + 1);
    const auto one = as_xtensor(tensor.view().slice(3, 1));
    CHECK(&one(0, 0, 0, 0) == tensor.data() + 3 * 24);
    CHECK(xt::mean(one)() == doctest::Approx(3 * 24 + 11.5));
}

TEST_CASE("issue 18.9: xtensor sees PyTorch's axes of a video") {
    auto tensor = counted<Shape<2, 3, 4, 5>>(2);
    auto array = as_xtensor(tensor);
    REQUIRE(array.dimension() == 5);
    for (int c = 0; c < 2; ++c)
        for (int d = 0; d < 3; ++d)
            for (int h = 0; h < 4; ++h)
                for (int w = 0; w < 5; ++w) CHECK(&array(1, c, d, h, w) == &tensor(1, c, d, h, w));
}

TEST_CASE("xtensor sees vectors and matrices row by row") {
    auto vectors = counted<Shape<7>>(3);
    CHECK(as_xtensor(vectors).dimension() == 2);
    CHECK(&as_xtensor(vectors)(2, 6) == vectors.data() + 20);
    auto matrices = counted<Shape<2, 5>>(3);
    CHECK(as_xtensor(matrices).dimension() == 3);
    CHECK(&as_xtensor(matrices)(2, 1, 3) == matrices.data() + 28);
    auto blocks = counted<Shape<2, 3, 4, 5>>(2);
    CHECK(as_xtensor(blocks).dimension() == 5);
    CHECK(&as_xtensor(blocks)(1, 1, 2, 3, 4) == blocks.data() + 239);
}
