// Pools and rearrangements against PyTorch.
#include "genotype/layers/adaptive_avg_pool.hpp"
#include "genotype/layers/avg_pool.hpp"
#include "genotype/layers/flatten.hpp"
#include "genotype/layers/global_avg_pool.hpp"
#include "genotype/layers/max_pool.hpp"
#include "genotype/layers/pixel_shuffle.hpp"
#include "genotype/layers/pixel_unshuffle.hpp"
#include "genotype/layers/reshape.hpp"
#include "genotype/layers/upsample.hpp"
#include "support/golden_layer.hpp"

using namespace genotype;

template <class L>
void check(const std::string& name, double tolerance = 1e-6) {
    static const golden::File file("pools");
    golden::check_layer<L>(file, name, {.of_largest = tolerance});
}

TEST_CASE("MaxPool") {
    check<MaxPool<2>>("max_pool_2_2", 0);
    check<MaxPool<3, 2, 1>>("max_pool_3_2_1", 1e-6);
    check<MaxPool<2, 3>>("max_pool_2_3", 0);
}
TEST_CASE("MaxPool: the first of equals gets the gradient") {
    check<MaxPool<3, 1, 1>>("max_pool_ties_3_1_1");
}
TEST_CASE("AvgPool") {
    check<AvgPool<2>>("avg_pool_2_2");
    check<AvgPool<3, 2, 1>>("avg_pool_3_2_1");
    check<AvgPool<3, 1>>("avg_pool_3_1");
}
TEST_CASE("GlobalAvgPool") {
    check<GlobalAvgPool>("global_avg_pool");
}
TEST_CASE("issue 18.9: AdaptiveAvgPool") {
    check<AdaptiveAvgPool<3, 2>>("adaptive_avg_pool_3_2");
    check<AdaptiveAvgPool<3, 4>>("adaptive_avg_pool_3_4");
    check<AdaptiveAvgPool<5, 7>>("adaptive_avg_pool_5_7");
}
TEST_CASE("Upsample") {
    check<Upsample<2>>("upsample_2");
    check<Upsample<3>>("upsample_3");
}
TEST_CASE("issue 18.9: Upsample, bilinear") {
    check<Upsample<2, Bilinear>>("upsample_bilinear_2");
    check<Upsample<3, Bilinear>>("upsample_bilinear_3");
}
TEST_CASE("PixelShuffle") {
    check<PixelShuffle<2>>("pixel_shuffle_2", 0);
    check<PixelShuffle<3>>("pixel_shuffle_3", 0);
}
TEST_CASE("issue 18.9: PixelUnshuffle") {
    check<PixelUnshuffle<2>>("pixel_unshuffle_2", 0);
    check<PixelUnshuffle<3>>("pixel_unshuffle_3", 0);
}
TEST_CASE("Flatten") {
    check<Flatten>("flatten", 0);
}
TEST_CASE("Reshape") {
    check<Reshape<6, 2, 5>>("reshape_vector_picture", 0);
    check<Reshape<2, 5, 6>>("reshape_picture_picture", 0);
}
