// Differentiable augmentation: PyTorch's numbers, what is drawn how often, the same bits everywhere, inference.
#include "genotype/layers/diff_augment.hpp"

#include <doctest/doctest.h>
#include <omp.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "genotype/genotype.hpp"
#include "support/devices.hpp"
#include "support/temporary_folder.hpp"

using namespace genotype;

namespace {

using Small = Shape<1, 8, 8>;
constexpr int batch = 512;

/// Images of a constant, but for one pixel, through the layer.
template <class L, class Device = TestedDevice>
Tensor<Small> augmented(float value, float at_3_4) {
    Tensor<Small> x(batch);
    for (int n = 0; n < batch; ++n) {
        std::fill_n(x.data() + n * 64, 64, value);
        x(n, 0, 3, 4) = at_3_4;
    }
    Model<L, Device> model;
    Workspace<L, Small, Training, Device> run(batch);
    RandomState random{.seed = 3};
    const View<Small> y = run.forward(model, x, &random);
    CHECK(random.position == (batch * 5 + 3) / 4);
    Tensor<Small> result(batch);
    std::copy_n(y.data, y.size(), result.data());
    return result;
}

}  // namespace

// torch 2.15; the window is moved by 1 down and -1 right, the hole is rows 1 to 2 and columns 2 to 4:
//     x = arange(20.).remainder(7).view(1, 1, 4, 5).requires_grad_()
//     mask = ones(4, 5); mask[1:3, 2:5] = 0
//     y = F.pad(x + 0.25, (1, 1, 1, 1))[:, :, 2:6, 0:5] * mask
//     y.backward(arange(20.).remainder(3).sub(1).view(1, 1, 4, 5))
TEST_CASE_TEMPLATE("an augmentation and its gradient are PyTorch's", Device, GENOTYPE_TESTED_DEVICES) {
    constexpr kernels::Augmentation by(4, 5, 1, 0.25f, 0.5f, 1.f);
    static_assert(by.most_down == 1 && by.most_right == 1 && by.hole_height == 2 && by.hole_width == 3);
    const std::array<float, 5> draws{0.9f, 0.1f, 0.5f, 0.7f, 0.75f};
    std::array<float, 20> x, dy, y, dx;
    for (std::size_t i = 0; i < 20; ++i) x[i] = static_cast<float>(i % 7), dy[i] = static_cast<float>(i % 3) - 1;
    augment(Device{}, 1, by, draws.data(), true, x.data(), y.data());
    augment_backward(Device{}, 1, by, draws.data(), dy.data(), dx.data());
    CHECK(y == std::array<float, 20>{0, 5.25f, 6.25f, 0.25f, 1.25f, 0, 3.25f, 0, 0, 0, 0, 1.25f});
    CHECK(dx == std::array<float, 20>{0, 0, 0, 0, 0, 0, 1, -1, 0, 0, -1, 0, 0, 0, 0, 1});
    augment(Device{}, 1, by, draws.data(), false, x.data(), y.data());
    CHECK(y == std::array<float, 20>{0, 5, 6, 0, 1, 0, 3, 0, 0, 0, 0, 1});
}

TEST_CASE("images are moved by each distance about as often") {
    const Tensor<Small> y = augmented<DiffAugment<0.25f, 0.f, 0.f>>(0, 1);
    std::array<int, 64> seen{};
    for (int n = 0; n < batch; ++n)
        for (std::size_t at = 0; at < 64; ++at) seen[at] += y.data()[n * 64 + static_cast<int>(at)] != 0;
    for (int row = 0; row < 8; ++row)
        for (int column = 0; column < 8; ++column) {
            const int count = seen[static_cast<std::size_t>(row * 8 + column)];
            const bool is_near = std::abs(row - 3) <= 2 && std::abs(column - 4) <= 2;
            CHECK((is_near ? std::abs(count - batch / 25) <= 16 : count == 0));
        }
}

TEST_CASE("a square is cut out, wherever its middle is, and brightness is an image's own") {
    const Tensor<Small> cut = augmented<DiffAugment<0.f, 0.5f, 0.f>>(1, 1);
    std::array<int, 17> sizes{};  // of the hole
    for (int n = 0; n < batch; ++n)
        ++sizes[static_cast<std::size_t>(std::count(cut.data() + n * 64, cut.data() + n * 64 + 64, 0.f))];
    // Of 9 places on each side, 5 leave 4 rows in the image, 2 leave 3 and 2 leave 2.
    CHECK(std::abs(sizes[16] - batch * 25 / 81) < 40);
    CHECK(std::abs(sizes[4] - batch * 4 / 81) < 20);
    CHECK(sizes[4] + sizes[6] + sizes[8] + sizes[9] + sizes[12] + sizes[16] == batch);

    const Tensor<Small> bright = augmented<DiffAugment<0.f, 0.f, 0.5f>>(2, 2);
    double mean = 0, square = 0;
    for (int n = 0; n < batch; ++n) {
        const float added = bright(n, 0, 0, 0) - 2;
        for (int at = 0; at < 64; ++at) REQUIRE(bright.data()[n * 64 + at] == 2 + added);
        CHECK(std::abs(added) <= 0.25f);
        mean += static_cast<double>(added) / batch;
        square += static_cast<double>(added) * static_cast<double>(added) / batch;
    }
    CHECK(std::abs(mean) < 0.02);
    CHECK(square == doctest::Approx(0.25 / 12).epsilon(0.1));
}

TEST_CASE("all devices and any number of threads augment alike; inference does not") {
    omp_set_num_threads(1);
    const Tensor<Small> one = augmented<DiffAugment<>>(1, 2);
    omp_set_num_threads(3);
    const Tensor<Small> three = augmented<DiffAugment<>>(1, 2), plain = augmented<DiffAugment<>, Reference>(1, 2);
    CHECK(std::equal(one.data(), one.data() + one.size(), three.data()));
    CHECK(std::equal(one.data(), one.data() + one.size(), plain.data()));
    const Tensor<Small> x = normal<Small>(3, Seed{1});
    const Model<DiffAugment<>> model;
    const Tensor<Small> y = model(x);
    CHECK(std::equal(x.data(), x.data() + x.size(), y.data()));
    Model<DiffAugment<>> trained;
    Workspace<DiffAugment<>, Small, Training> run(3);
    CHECK(error_of([&] { run.forward(trained, x); }) ==
          "DiffAugment: random state: found none, expected one, the last argument of the forward run");
}
