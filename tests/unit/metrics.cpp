// Scores of samples by their features: against numbers known in closed form, on any number of threads, and the
// sentences on sets that have none.
#include "genotype/metrics.hpp"

#include <doctest/doctest.h>
#include <omp.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "genotype/random/word_draws.hpp"

using namespace genotype;

namespace {

/// Numbers of N(0, 1), by Box and Muller in double.
RowMajorMatrix gaussian_rows(long rows, long features, std::uint64_t seed) {
    detail::WordDraws words(seed, 0, streams::noise);
    RowMajorMatrix values(rows, features);
    for (long at = 0; at < values.size(); ++at) {
        const double radius = (words.next() + 1.0) / 4294967296.0, angle = words.next() / 4294967296.0;
        values.data()[at] =
            static_cast<float>(std::sqrt(-2 * std::log(radius)) * std::cos(2 * 3.141592653589793 * angle));
    }
    return values;
}

RowMajorMatrix column(std::vector<float> values) {
    return Eigen::Map<RowMajorMatrix>(values.data(), static_cast<long>(values.size()), 1);
}

template <class Call>
std::string sentence(Call call) {
    try {
        call();
    } catch (const Error& error) {
        return error.what();
    }
    return "no error";
}

void append(std::vector<std::uint64_t>& bits, double value) {
    bits.push_back(std::bit_cast<std::uint64_t>(value));
}

}  // namespace

TEST_CASE("the Frechet distance of known Gaussians") {
    // C1 = [[2, 1], [1, 2]] and C2 = 4 I: tr (C1 C2)^1/2 = 2 (sqrt 3 + 1); the means differ by (3, 4).
    const GaussianMoments first{Eigen::Vector2d(1, 2), Eigen::Matrix2d{{2, 1}, {1, 2}}, 10};
    const GaussianMoments second{Eigen::Vector2d(4, 6), 4 * Eigen::Matrix2d::Identity(), 10};
    const double known = 25 + 4 + 8 - 4 * (std::sqrt(3.0) + 1);
    CHECK(frechet_distance(first, second) == doctest::Approx(known).epsilon(1e-12));
    CHECK(frechet_distance(second, first) == doctest::Approx(known).epsilon(1e-12));
    CHECK(frechet_distance(first, first) == doctest::Approx(0).epsilon(1e-12));

    // C1 and C2 that do not commute: for 2 x 2, tr M^1/2 = sqrt(tr M + 2 sqrt(det M)) of M = C1 C2.
    const GaussianMoments third{Eigen::Vector2d(1, 2), Eigen::Matrix2d{{5, -2}, {-2, 1}}, 10};
    const double trace = 2 * 5 - 2 - 2 + 2, determinant = 3 * 1;
    CHECK(frechet_distance(first, third) ==
          doctest::Approx(4 + 6 - 2 * std::sqrt(trace + 2 * std::sqrt(determinant))).epsilon(1e-12));
}

TEST_CASE("moments are those of numpy's cov") {
    RowMajorMatrix rows(3, 2);
    rows << 1, 2, 3, 5, 8, 2;
    const GaussianMoments moments = gaussian_moments(rows);
    CHECK(moments.samples == 3);
    CHECK(moments.mean(0) == 4);
    CHECK(moments.mean(1) == 3);
    CHECK(moments.covariance(0, 0) == 13);
    CHECK(moments.covariance(0, 1) == -1.5);
    CHECK(moments.covariance(1, 0) == -1.5);
    CHECK(moments.covariance(1, 1) == 3);
}

TEST_CASE("the Frechet distance of drawn samples, and of degenerate sets") {
    const RowMajorMatrix rows = gaussian_rows(5000, 6, 1);
    const RowMajorMatrix moved = (gaussian_rows(5000, 6, 2).array() * 2 + 1).matrix();
    CHECK(frechet_distance(rows, moved) == doctest::Approx(12).epsilon(0.03));  // 6 (1 + (2 - 1)^2)
    CHECK(frechet_distance(rows, rows) < 1e-9);

    // Fewer samples than features: of equal sets 0, of a moved one the move alone.
    const RowMajorMatrix few = rows.topRows(4);
    CHECK(frechet_distance(few, few) < 1e-6);
    CHECK(frechet_distance(few, (few.array() + 2).matrix()) == doctest::Approx(24).epsilon(1e-5));
    // All equal: covariances of 0.
    const RowMajorMatrix ones = RowMajorMatrix::Ones(7, 6), threes = RowMajorMatrix::Constant(9, 6, 3);
    CHECK(frechet_distance(ones, threes) == 24);
    CHECK(frechet_distance(ones, ones) == 0);
    RowMajorMatrix twice(2 * rows.rows(), rows.cols());
    twice << rows, rows;
    CHECK(frechet_distance(rows, twice) < 1e-6);
}

TEST_CASE("the kernel distance of one subset that is all samples is the definition") {
    // k = (xy + 1)^3: within {0, 1} 1; within {1, 2} 27; between 1, 1, 8, 27.
    const KernelDistance one = kernel_distance(column({0, 1}), column({1, 2}), {.subsets = 1});
    CHECK(one.mean == doctest::Approx(1 + 27 - 2 * (1 + 1 + 8 + 27) / 4.0).epsilon(1e-14));
    CHECK(one.deviation == 0);
    CHECK(one.subsets == 1);
    CHECK(one.subset_size == 2);
}

TEST_CASE("the kernel distance is unbiased, and its subsets follow from the seed") {
    const RowMajorMatrix rows = gaussian_rows(900, 8, 3), others = gaussian_rows(1200, 8, 4);
    const KernelDistanceOptions options{.subsets = 40, .subset_size = 100, .seed = {5}};
    const KernelDistance same = kernel_distance(rows, others, options);
    CHECK(same.subset_size == 100);
    CHECK(same.deviation > 0);
    CHECK(std::abs(same.mean) < same.deviation);
    CHECK(kernel_distance(rows, others, options).mean == same.mean);
    // The subsets of both sides are drawn apart: of one set, the same samples would be far below 0.
    CHECK(std::abs(kernel_distance(rows, rows, options).mean) < same.deviation);
    CHECK(kernel_distance(rows, others, {.subsets = 40, .subset_size = 100, .seed = {6}}).mean != same.mean);
    CHECK(kernel_distance(rows, (others.array() + 0.5f).matrix(), options).mean > 10 * same.deviation);
    CHECK(kernel_distance(rows, others, {.subsets = 2}).subset_size == 900);  // as many as there are

    // A subset has no sample twice: of all but one of the numbers 0 to 9, each subset misses another.
    for (std::uint64_t draw = 0; draw < 20; ++draw) {
        std::vector<int> seen(10);
        for (const Eigen::Index at : detail::draw_subset(10, 9, Seed{1}, draw)) ++seen[static_cast<std::size_t>(at)];
        CHECK(std::ranges::count(seen, 1) == 9);
    }
    // Each sample is in a subset as often as another: 600 of 2,000 times, by 20 more or less.
    std::vector<int> counts(10);
    for (std::uint64_t draw = 0; draw < 2000; ++draw)
        for (const Eigen::Index at : detail::draw_subset(10, 3, Seed{2}, draw)) ++counts[static_cast<std::size_t>(at)];
    for (const int count : counts) CHECK(std::abs(count - 600) < 100);
}

TEST_CASE("features on one scale have a kernel distance that does not depend on their own") {
    RowMajorMatrix train(3, 2);
    train << 1, 7, 2, 7, 6, 7;
    const FeatureScale scale(train);
    RowMajorMatrix others(2, 2);
    others << 3, 8, 5, 7;
    const double deviation = std::sqrt((4 + 1 + 9) / 3.0);  // of the first; the second is constant
    const RowMajorMatrix scaled = scale(others);
    CHECK(scaled(0, 0) == 0);
    CHECK(scaled(1, 0) == doctest::Approx(2 / deviation).epsilon(1e-6));
    CHECK(scaled(0, 1) == 1);
    CHECK(sentence([&] { scale(RowMajorMatrix(1, 3)); }) ==
          "FeatureScale: features: found 3 a sample, expected 2, as those that it is of");

    const RowMajorMatrix real = gaussian_rows(300, 8, 3), drawn = gaussian_rows(300, 8, 4) * 1.5f;
    const auto kernel = [&](float factor) {
        const RowMajorMatrix large = (real.array() * factor + 3).matrix();
        return score_samples(large, (drawn.array() * factor + 3).matrix(), {.kernel_scale = FeatureScale(large)})
            .kernel.mean;
    };
    CHECK(kernel(1) > 0);
    CHECK(kernel(50) == doctest::Approx(kernel(1)).epsilon(1e-4));
    CHECK(kernel(1) == doctest::Approx(kernel_distance(real, drawn).mean).epsilon(0.2));
}

TEST_CASE("balls by hand, closed and open") {
    // Radii at k = 1: real 1, 1, 4; generated 0, 0, 7.
    const RowMajorMatrix real = column({0, 1, 5}), generated = column({2, 2, 9});
    const ManifoldScores closed = manifold_scores(real, generated, {.neighbours = 1, .rule = BallRule::closed});
    CHECK(closed.precision == 1);                       // 2 is on the edge of 1's ball and in 5's; 9 on that of 5's
    CHECK(closed.recall == doctest::Approx(1.0 / 3));   // 5 is in 9's
    CHECK(closed.density == doctest::Approx(5.0 / 3));  // 2 + 2 + 1 balls
    CHECK(closed.coverage == doctest::Approx(2.0 / 3));
    const ManifoldScores open = manifold_scores(real, generated, {.neighbours = 1, .rule = BallRule::open});
    CHECK(open.precision == doctest::Approx(2.0 / 3));
    CHECK(open.recall == doctest::Approx(1.0 / 3));
    CHECK(open.density == doctest::Approx(2.0 / 3));
    CHECK(open.coverage == doctest::Approx(1.0 / 3));
    CHECK(open.neighbours == 1);
    CHECK(open.rule == BallRule::open);
    CHECK(open.real_samples == 3);
    CHECK(open.generated_samples == 3);
}

TEST_CASE("of equal samples, closed balls have all and open ones none") {
    const RowMajorMatrix ones = RowMajorMatrix::Constant(20, 3, 0.1f);
    const ManifoldScores closed = manifold_scores(ones, ones, {.neighbours = 3, .rule = BallRule::closed});
    CHECK(closed.precision == 1);
    CHECK(closed.recall == 1);
    CHECK(closed.coverage == 1);
    CHECK(closed.density == doctest::Approx(20 / 3.0));
    const ManifoldScores open = manifold_scores(ones, ones, {.neighbours = 3});
    CHECK(open.precision + open.recall + open.density + open.coverage == 0);
}

TEST_CASE("coverage of N(0, I) against itself is 1 - 2^-k") {
    // Between as many samples of one distribution each order of the 2 n - 1 others is equally likely. n is not
    // infinite, so that it lies a little above 31 / 32.
    const ManifoldScores scores = manifold_scores(gaussian_rows(2000, 16, 7), gaussian_rows(2000, 16, 8));
    CHECK(scores.neighbours == 5);
    CHECK(scores.coverage == doctest::Approx(0.97).epsilon(0.012));
    CHECK(scores.density == doctest::Approx(1).epsilon(0.08));
}

TEST_CASE("the nearest sample, and the first of equally near ones") {
    const RowMajorMatrix train = column({5, 1, 3, 1}), samples = column({1, 4, 9});
    const std::vector<NearestSample> nearest = nearest_samples(samples, train);
    REQUIRE(nearest.size() == 3);
    CHECK(nearest[0].index == 1);
    CHECK(nearest[0].distance == 0);
    CHECK(nearest[1].index == 0);
    CHECK(nearest[1].distance == 1);
    CHECK(nearest[2].index == 0);
    CHECK(nearest[2].distance == 4);
}

TEST_CASE("classes: their shares, and the Frechet distance of each") {
    const std::vector<double> shares = class_shares(std::vector{2, 0, 2, 2}, 4);
    CHECK(shares == std::vector{0.25, 0.0, 0.75, 0.0});

    const RowMajorMatrix real = column({0, 10, 2, 12, 20}), generated = column({1, 3, 13, 14, 15});
    const std::vector<ClassDistance> distances =
        frechet_by_class(real, std::vector{0, 1, 0, 1, 2}, generated, std::vector{0, 0, 1, 2, 2}, 3);
    REQUIRE(distances.size() == 3);
    REQUIRE(distances[0].frechet);
    CHECK(*distances[0].frechet == doctest::Approx(1));  // the same spread, moved by 1
    CHECK_FALSE(distances[1].frechet);
    CHECK_FALSE(distances[2].frechet);
    CHECK(distances[1].real_samples == 2);
    CHECK(distances[1].generated_samples == 1);
    CHECK(distances[2].real_samples == 1);
}

TEST_CASE("the floor takes as many of train in the place of the samples") {
    const RowMajorMatrix train = gaussian_rows(60, 4, 9), test = gaussian_rows(50, 4, 10);
    const ScoreOptions options{.kernel = {.subsets = 3, .subset_size = 20}};
    const SampleScores floor = score_floor(train, test, 60, options);  // all of them, in another order
    const SampleScores all = score_samples(test, train, options);
    CHECK(floor.frechet == doctest::Approx(all.frechet).epsilon(1e-9));
    CHECK(floor.manifold.precision == all.manifold.precision);
    CHECK(floor.manifold.recall == all.manifold.recall);
    const SampleScores fewer = score_floor(train, test, 30, options);
    CHECK(fewer.manifold.generated_samples == 30);
    CHECK(fewer.manifold.real_samples == 50);
    CHECK(fewer.kernel.subset_size == 20);
}

TEST_CASE("scores have the same bits on any number of threads") {
    const RowMajorMatrix real = gaussian_rows(403, 37, 11), generated = gaussian_rows(391, 37, 12);
    const auto bits = [&](int threads) {
        const int before = omp_get_max_threads();
        omp_set_num_threads(threads);
        std::vector<std::uint64_t> all;
        const SampleScores scores = score_samples(real, generated, {.kernel = {.subsets = 3, .subset_size = 200}});
        for (const double value :
             {scores.frechet, scores.kernel.mean, scores.kernel.deviation, scores.manifold.precision,
              scores.manifold.recall, scores.manifold.density, scores.manifold.coverage})
            append(all, value);
        for (const NearestSample& nearest : nearest_samples(generated, real)) append(all, nearest.distance);
        omp_set_num_threads(before);
        return all;
    };
    const std::vector<std::uint64_t> one = bits(1);
    CHECK(bits(2) == one);
    CHECK(bits(3) == one);
}

TEST_CASE("sets without a score are sentences") {
    const RowMajorMatrix none(0, 3), one = RowMajorMatrix::Ones(1, 3), five = gaussian_rows(5, 3, 13);
    CHECK(sentence([&] { frechet_distance(none, five); }) ==
          "frechet_distance: real: found 0 samples, expected 2 or more");
    CHECK(sentence([&] { frechet_distance(five, one); }) ==
          "frechet_distance: generated: found 1 sample, expected 2 or more");
    CHECK(sentence([&] { gaussian_moments(one); }) == "gaussian_moments: features: found 1 sample, expected 2 or more");
    CHECK(sentence([&] { kernel_distance(five, one); }) ==
          "kernel_distance: generated: found 1 sample, expected 2 or more");
    CHECK(sentence([&] { manifold_scores(five, five); }) ==
          "manifold_scores: real: found 5 samples, expected 6 or more");
    CHECK(sentence([&] { manifold_scores(five, five, {.neighbours = 4}); }) == "no error");
    CHECK(sentence([&] { nearest_samples(five, none); }) ==
          "nearest_samples: train: found 0 samples, expected 1 or more");

    const RowMajorMatrix narrow = RowMajorMatrix::Ones(5, 2), empty(5, 0);
    CHECK(sentence([&] { frechet_distance(five, narrow); }) ==
          "frechet_distance: generated: found 2 features a sample, expected 3, as real has");
    CHECK(sentence([&] { kernel_distance(five, narrow); }) ==
          "kernel_distance: generated: found 2 features a sample, expected 3, as real has");
    CHECK(sentence([&] { nearest_samples(narrow, five); }) ==
          "nearest_samples: samples: found 2 features a sample, expected 3, as train has");
    CHECK(sentence([&] { frechet_distance(gaussian_moments(five), gaussian_moments(narrow)); }) ==
          "frechet_distance: generated: found 2 features a sample, expected 3, as real has");
    CHECK(sentence([&] { kernel_distance(empty, empty); }) ==
          "kernel_distance: real: found samples of 0 features, expected 1 feature or more");
    RowMajorMatrix wrong = five;
    wrong(3, 1) = std::numeric_limits<float>::quiet_NaN();
    CHECK(sentence([&] { frechet_distance(five, wrong); }) ==
          "frechet_distance: generated, sample 3, feature 1: found NaN, expected a finite number");
    wrong(3, 1) = -std::numeric_limits<float>::infinity();
    CHECK(sentence([&] { nearest_samples(wrong, five); }) ==
          "nearest_samples: samples, sample 3, feature 1: found an infinite number, expected a finite number");

    CHECK(sentence([&] { kernel_distance(five, five, {.subsets = 0}); }) ==
          "kernel_distance: subsets: found 0, expected 1 or more");
    CHECK(sentence([&] { kernel_distance(five, five, {.subset_size = 1}); }) ==
          "kernel_distance: subset_size: found 1, expected 2 or more");
    CHECK(sentence([&] { manifold_scores(five, five, {.neighbours = 0}); }) ==
          "manifold_scores: neighbours: found 0, expected 1 or more");
    CHECK(sentence([&] { score_floor(five, five, 6); }) ==
          "score_floor: samples: found 6, expected 0 to 5, as many as train has");
    CHECK(sentence([&] { class_shares({}, 3); }) == "class_shares: labels: found none, expected 1 or more");
    CHECK(sentence([&] {
              class_shares(std::vector{0, 3}, 3);
          }) == "class_shares: labels: found label 3, expected 0 to 2");
    CHECK(sentence([&] { class_shares(std::vector{0}, 0); }) == "class_shares: classes: found 0, expected 1 or more");
    const std::vector<int> labels(5), short_of_one(4);
    CHECK(sentence([&] { frechet_by_class(five, labels, five, short_of_one, 3); }) ==
          "frechet_by_class: generated_labels: found 4 labels, expected 5, one for each sample");
}
