// The normalisations against PyTorch: training step, running statistics, inference.
#include "genotype/layers/batch_norm.hpp"
#include "genotype/layers/group_norm.hpp"
#include "genotype/layers/instance_norm.hpp"
#include "genotype/layers/layer_norm.hpp"
#include "genotype/layers/rms_norm.hpp"
#include "support/golden_layer.hpp"

using namespace genotype;

template <class L>
void check(const std::string& name, double tolerance = 1e-5) {
    static const golden::File file("normalisations");
    golden::check_layer<L>(file, name, {.of_largest = tolerance});
}

TEST_CASE("BN of images") {
    check<BN<5>>("batch_norm_5");
    check<BN<17>>("batch_norm_17");
}
TEST_CASE("BN of vectors") {
    check<BN<9>>("batch_norm_vector_9");
    check<BN<32>>("batch_norm_vector_32");
}
// float32 holds a mean of 1000 to 6e-5 of the deviation. A variance from a difference of squares would be wrong by 0.1.
TEST_CASE("BN far from zero") {
    check<BN<4>>("batch_norm_far_4", 2e-4);
}
TEST_CASE("issue 18.9: BN with an epsilon and a momentum of one's own") {
    check<BN<6, 1e-2f, 0.3f>>("batch_norm_small_6");
    check<BN<7, 1e-3f>>("batch_norm_small_vector_7");
}
TEST_CASE("issue 18.9: GroupNorm with an epsilon of one's own") {
    check<GroupNorm<3, 6, 1e-2f>>("group_norm_small_3_6");
}
TEST_CASE("GroupNorm") {
    check<GroupNorm<2, 6>>("group_norm_2_6");
    check<GroupNorm<1, 5>>("group_norm_1_5");
    check<GroupNorm<8, 8>>("group_norm_8_8");
}
TEST_CASE("issue 18.9: InstanceNorm") {
    check<InstanceNorm<6>>("instance_norm_6");
    check<InstanceNorm<17>>("instance_norm_17");
    check<InstanceNorm<5, 1e-2f>>("instance_norm_small_5");
}
TEST_CASE("LayerNorm of vectors") {
    check<LayerNorm<10>>("layer_norm_10");
    check<LayerNorm<37>>("layer_norm_37");
}
TEST_CASE("LayerNorm of images") {
    check<LayerNorm<6, 4, 3>>("layer_norm_picture");
}
TEST_CASE("RMSNorm") {
    check<RMSNorm<10>>("rms_norm_10");
    check<RMSNorm<37, std::ratio<1, 1'000'000>>>("rms_norm_37");
    check<RMSNorm<37, Epsilon<1e-6f>>>("rms_norm_37");
    check<RMSNorm<8, Epsilon<1e-2f>>>("rms_norm_small_8");
}
