// Layers over videos, (channels, depth, height, width), against PyTorch.
#include "genotype/layers/batch_norm.hpp"
#include "genotype/layers/conv3d.hpp"
#include "genotype/layers/flatten.hpp"
#include "genotype/layers/group_norm.hpp"
#include "genotype/layers/instance_norm.hpp"
#include "genotype/layers/layer_norm.hpp"
#include "genotype/layers/reshape.hpp"
#include "genotype/layers/silu.hpp"
#include "support/golden_layer.hpp"

using namespace genotype;

template <class L>
void check(const std::string& name) {
    static const golden::File file("videos");
    golden::check_layer<L>(file, name);
}

TEST_CASE("issue 18.9: Conv3d") {
    check<Conv3d<3, 5, 3, 1, 1, Bias>>("conv3d");
    check<Conv3d<4, 6, Size3{2, 3, 1}, Size3{2, 1, 2}, Size3{1, 0, 1}>>("conv3d_sides");
    check<Conv3d<3, 4, 3, 1, Size3{2, 1, 3}, With<Dilation<Size3{2, 1, 3}>, Bias>>>("conv3d_dilated");
    check<Conv3d<16, 24, 3, 1, 1>>("conv3d_wide");
}
TEST_CASE("issue 18.9: Conv3d in groups") {
    check<Conv3d<6, 9, 3, 2, 1, With<Groups<3>, Bias>>>("conv3d_groups");
    check<Conv3d<5, 5, 3, 1, 1, Groups<5>>>("conv3d_depthwise");
}
TEST_CASE("issue 18.9: Conv3d whose kernel has one frame") {
    check<Conv3d<4, 6, Size3{1, 3, 3}, 1, Size3{0, 1, 1}, Bias>>("conv3d_one_frame");
    check<Conv3d<4, 6, 1, Size3{2, 1, 1}, 0, Bias>>("conv3d_one");
}
TEST_CASE("issue 18.9: Conv3d with padding modes") {
    check<Conv3d<2, 3, 3, 1, Size3{2, 1, 1}, With<ReflectPadding, Bias>>>("conv3d_reflect");
    check<Conv3d<2, 4, 3, Size3{1, 2, 2}, 2, With<ReplicatePadding, Groups<2>>>>("conv3d_replicate");
    check<Conv3d<2, 3, 2, 1, Size3{2, 1, 1}, CircularPadding>>("conv3d_circular");
}
TEST_CASE("issue 18.9: ConvT3d") {
    check<ConvT3d<6, 4, 4, 2, 1, Bias>>("conv_t_3d");
    check<ConvT3d<4, 6, Size3{3, 2, 4}, Size3{2, 1, 3}, Size3{1, 0, 1},
                  With<OutputPadding<Size3{1, 0, 2}>, Groups<2>, Dilation<Size3{1, 2, 1}>, Bias>>>("conv_t_3d_sides");
    check<ConvT3d<4, 3, Size3{1, 4, 4}, Size3{1, 2, 2}, Size3{0, 1, 1}>>("conv_t_3d_one_frame");
}
TEST_CASE("issue 18.9: norms of videos") {
    check<BN<5>>("batch_norm_3d");
    check<GroupNorm<2, 6>>("group_norm_3d");
    check<InstanceNorm<4>>("instance_norm_3d");
    check<LayerNorm<3, 2, 4, 2>>("layer_norm_3d");
}
TEST_CASE("issue 18.9: videos elementwise, and as vectors") {
    check<SiLU>("silu_3d");
    check<Flatten>("flatten_3d");
    check<Reshape<3, 2, 4, 2>>("reshape_3d");
}
