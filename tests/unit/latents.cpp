// What a VAE's latents are worth: the likelihood by importance sampling where it is known, classes of neighbours, and
// the principal components that they are held against.
#include <doctest/doctest.h>
#include <omp.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>
#include <vector>

#include "genotype/data/principal_components.hpp"
#include "genotype/genotype.hpp"
#include "genotype/metrics/neighbour_classes.hpp"
#include "genotype/models/importance_bound.hpp"
#include "support/temporary_folder.hpp"

using namespace genotype;

namespace {

using Values = Shape<3>;
using Latent = Shape<2>;
/// A decoder without a bend: values are normal where the latents are.
using Linears = VariationalAutoencoder<Linear<3, 4>, Linear<2, 3>>;
/// And for each label another.
struct kind : Given<Class<3>> {};
struct condition : Name {};
template <int features, int outputs>
using OfKind =
    Sequential<Let<condition, Of<kind>, Embedding<3, 3>>, Concat<condition, 3>, Linear<features + 3, outputs>>;
using Conditional = VariationalAutoencoder<OfKind<3, 4>, OfKind<2, 3>>;

/// What is known of such a model.
struct Known {
    explicit Known(const Model<Linears>& model) {
        Workspace<Linears::Decoder, Latent> memory(3);
        find(decode(model, units(), memory));
    }
    Known(const Model<Conditional>& model, int label) {
        Workspace<Conditional::Decoder, Latent> memory(3);
        Tensor<Class<3>> labels(3);
        for (int n = 0; n < 3; ++n) labels(n, 0) = static_cast<float>(label);
        find(decode(model, units(), {given<kind>(labels)}, memory));
    }

    static Tensor<Latent> units() {
        Tensor<Latent> units(3);
        for (int i = 0; i < 2; ++i) units(i + 1, i) = 1;
        return units;
    }
    void find(View<Values> drawn) {
        for (int c = 0; c < 3; ++c) {
            offset(c) = static_cast<double>(drawn(0, c));
            for (int i = 0; i < 2; ++i) slopes(c, i) = static_cast<double>(drawn(i + 1, c)) - offset(c);
        }
    }

    /// -log p(x) less log(pi) / 2 a value: x is normal with the covariance slopes slopes' + 1/2.
    double bound(const Eigen::Vector3d& x) const {
        const Eigen::Matrix3d covariance = slopes * slopes.transpose() + Eigen::Matrix3d::Identity() / 2;
        const Eigen::Vector3d away = x - offset;
        return (away.dot(covariance.inverse() * away) + std::log(covariance.determinant()) + 3 * std::numbers::ln2) / 2;
    }
    /// The negative evidence lower bound, without a draw.
    double evidence(const Eigen::Vector3d& x, const Eigen::Vector4d& moments) const {
        const Eigen::Array2d mean = moments.head<2>(), variance = moments.tail<2>().array().exp();
        const double error = (x - offset - slopes * mean.matrix()).squaredNorm() +
                             (variance.matrix().asDiagonal() * slopes.transpose() * slopes).trace();
        return error + (mean.square() + variance - 1 - moments.tail<2>().array()).sum() / 2;
    }

    Eigen::Matrix<double, 3, 2> slopes;
    Eigen::Vector3d offset;
};

Eigen::Vector3d row(const Tensor<Values>& x, int n) {
    return {static_cast<double>(x(n, 0)), static_cast<double>(x(n, 1)), static_cast<double>(x(n, 2))};
}

}  // namespace

TEST_CASE("importance sampling finds the likelihood under a linear decoder, and with one draw the bound") {
    const Model<Linears> model(Seed{3});
    const Known known(model);
    const Tensor<Values> x = normal<Values>(4, Seed{5});
    Workspace<Linears::Encoder, Values> memory(4);
    const auto moments = encode(model, x, memory);
    const std::vector<double> found = importance_bounds(model, x, {.draws = 20'000});
    REQUIRE(found.size() == 4);
    for (int n = 0; n < 4; ++n) {
        const auto of = static_cast<std::size_t>(n);
        const Eigen::Vector4d own(moments(n, 0), moments(n, 1), moments(n, 2), moments(n, 3));
        CAPTURE(n);
        CHECK(std::abs(found[of] - known.bound(row(x, n))) < 0.02);
        CHECK(known.evidence(row(x, n), own) > known.bound(row(x, n)) + 0.1);
    }
    // With one draw, the mean over many samples of one place is that of the bound.
    Tensor<Values> same(4000);
    for (int n = 0; n < 4000; ++n) std::copy_n(x.data(), 3, same.data() + 3L * n);
    double sum = 0;
    for (const double one : importance_bounds(model, same, {.draws = 1})) sum += one;
    const Eigen::Vector4d own(moments(0, 0), moments(0, 1), moments(0, 2), moments(0, 3));
    CHECK(std::abs(sum / 4000 - known.evidence(row(x, 0), own)) < 0.1);
}

TEST_CASE("importance sampling of a conditional VAE: the likelihood of each sample with its own label") {
    const Model<Conditional> model(Seed{4});
    const Tensor<Values> x = normal<Values>(4, Seed{6});
    const std::vector<int> labels{2, 0, 1, 2};
    const std::vector<double> found = importance_bounds(model, x, labels, {.draws = 100'000});
    REQUIRE(found.size() == 4);
    for (int n = 0; n < 4; ++n) {
        const int own = labels[static_cast<std::size_t>(n)];
        CAPTURE(n);
        CHECK(std::abs(found[static_cast<std::size_t>(n)] - Known(model, own).bound(row(x, n))) < 0.02);
        CHECK(std::abs(Known(model, own).bound(row(x, n)) - Known(model, (own + 1) % 3).bound(row(x, n))) > 0.1);
    }
    const auto refusal = [&](std::vector<int> wrong) { return error_of([&] { importance_bounds(model, x, wrong); }); };
    CHECK(refusal({}) == "importance_bounds: number of labels: found 0, expected 4, one for each sample of x");
    CHECK(refusal({0, 0, 3, 0}) == "importance_bounds: label of sample 2: found 3, expected 0 to 2");
    CHECK(error_of([&] { importance_bounds(Model<Linears>(Seed{1}), x, labels); }) ==
          "importance_bounds: number of labels: found 4, expected none: neither network reads one");
}

TEST_CASE("importance sampling: far values, seeds, and what is refused") {
    const Model<Linears> model(Seed{3});
    Tensor<Values> x(2);
    x(0, 0) = 60;  // whose likelihood no double holds
    const std::vector<double> one = importance_bounds(model, x, {.draws = 150, .seed = 1});
    CHECK(std::isfinite(one[0]));
    CHECK(one[0] > 750);
    CHECK(importance_bounds(model, x, {.draws = 150, .seed = 1}) == one);
    CHECK(importance_bounds(model, x.view().slice(0, 1), {.draws = 150, .seed = 1}).front() == one[0]);
    CHECK(importance_bounds(model, x, {.draws = 150, .seed = 2})[1] != one[1]);
    CHECK(error_of([&] { importance_bounds(model, x, {.draws = 0}); }) ==
          "importance_bounds: draws: found 0, expected 1 or more");
}

namespace {

RowMajorMatrix drawn_rows(int rows, std::uint64_t seed) {
    const Tensor<Shape<6>> values = normal<Shape<6>>(rows, Seed{seed});
    return as_eigen(values);
}

}  // namespace

TEST_CASE("neighbours decide by most votes, ties for the smaller class and the first row, on any number of threads") {
    RowMajorMatrix train(6, 1), samples(4, 1);
    train << 0, 1, 2, 10, 11, 12;
    samples << 0.2f, 1.5f, 11, 6;
    const std::vector<int> labels{2, 1, 1, 0, 0, 3};
    CHECK(neighbour_classes(train, labels, samples, 4, 1) == std::vector<int>{2, 1, 0, 1});  // 6: rows 2 and 3
    CHECK(neighbour_classes(train, labels, samples, 4, 2) == std::vector<int>{1, 1, 0, 0});
    CHECK(neighbour_classes(train, labels, samples, 4, 3) == std::vector<int>{1, 1, 0, 1});

    RowMajorMatrix many = drawn_rows(301, 1);
    many.bottomRows(100) = many.topRows(100);  // ties
    const RowMajorMatrix others = drawn_rows(67, 2);
    std::vector<int> classes(301);
    for (std::size_t n = 0; n < classes.size(); ++n) classes[n] = static_cast<int>(n * n % 7);
    for (const int k : {1, 4, 15}) {
        std::vector<int> wanted;
        for (long n = 0; n < others.rows(); ++n) {
            std::vector<std::pair<double, int>> all;
            for (int m = 0; m < 301; ++m)
                all.emplace_back((many.row(m).cast<double>() - others.row(n).cast<double>()).squaredNorm(), m);
            std::vector<int> votes(7);
            std::ranges::sort(all);
            for (int at = 0; at < k; ++at)
                ++votes[static_cast<std::size_t>(
                    classes[static_cast<std::size_t>(all[static_cast<std::size_t>(at)].second)])];
            wanted.push_back(static_cast<int>(std::ranges::max_element(votes) - votes.begin()));
        }
        const int before = omp_get_max_threads();
        for (const int threads : {1, 3}) {
            omp_set_num_threads(threads);
            CHECK(neighbour_classes(many, classes, others, 7, k) == wanted);
        }
        omp_set_num_threads(before);
    }
    CHECK(error_of([&] { neighbour_classes(train, labels, samples, 4, 7); }) ==
          "neighbour_classes: train: found 6 samples, expected 7 or more");
    CHECK(error_of([&] { neighbour_classes(train, labels, samples, 4, 0); }) ==
          "neighbour_classes: neighbours: found 0, expected 1 or more");
    CHECK(error_of([&] { neighbour_classes(train, labels, samples, 3, 1); }) ==
          "neighbour_classes: labels: found label 3, expected 0 to 2");
    CHECK(error_of([&] { neighbour_classes(train, labels, many, 4, 1); }) ==
          "neighbour_classes: samples: found 6 features a sample, expected 1, as train has");
}

TEST_CASE("principal axes of some rows are those of principal_components, and take other rows") {
    RowMajorMatrix rows = drawn_rows(2300, 3);
    for (int c = 0; c < 6; ++c) rows.col(c).array() = rows.col(c).array() * static_cast<float>(c + 1) + 5;
    const PrincipalAxes axes(rows, 3);
    const Eigen::MatrixXd wanted = principal_components(rows.cast<double>(), 3);
    const RowMajorMatrix found = axes(rows);
    for (int c = 0; c < 3; ++c) {
        const double sign = found.col(c).cast<double>().dot(wanted.col(c)) < 0 ? -1 : 1;
        CHECK((found.col(c).cast<double>() - sign * wanted.col(c)).cwiseAbs().maxCoeff() < 1e-4);
    }
    CHECK((axes(rows.middleRows(7, 1)) - found.middleRows(7, 1)).cwiseAbs().maxCoeff() < 1e-4f);
    CHECK(error_of([&] { PrincipalAxes(rows, 7); }) ==
          "PrincipalAxes: components: found 7, expected 1 to 6, the columns");
    CHECK(error_of([&] { axes(rows.leftCols(2).eval()); }) ==
          "PrincipalAxes: columns: found 2, expected 6, as it was made for");
}
