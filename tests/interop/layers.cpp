// Every layer beside PyTorch's module of layers.py. usage: interop_layers FOLDER
#include "interop/modules.hpp"

using namespace genotype;
using interop::module;

int main(int count, char** arguments) {
    return interop::run_table(count, arguments, [](const std::filesystem::path& folder) {
        using Image = Shape<6, 8, 10>;
        using Video = Shape<4, 5, 6, 7>;
        using Values = Shape<24>;

        module<Conv<6, 9, 3>, Image>(folder, "conv");
        module<Conv<6, 9, 3, 1, 1>, Image>(folder, "conv_same");
        module<Conv<6, 9, 4, 2, 1, Bias>, Image>(folder, "conv_stride_bias");
        module<Conv<6, 9, 1, 1, 0, Bias>, Image>(folder, "conv_one_bias");
        module<Conv<6, 9, 5, 3, 2>, Image>(folder, "conv_five");
        module<Conv<64, 32, 3, 1, 1>, Shape<64, 12, 12>>(folder, "conv_wide");
        module<ConvT<6, 9, 4, 2, 1>, Image>(folder, "conv_t");
        module<ConvT<6, 9, 4, 2, 1, Bias>, Image>(folder, "conv_t_bias");
        module<ConvT<6, 9, 3, 1, 1>, Image>(folder, "conv_t_same");
        module<ConvT<24, 9, 4, 1, 0>, Shape<24, 1, 1>>(folder, "conv_t_from_noise");
        module<ConvT<64, 32, 4, 2, 1>, Shape<64, 8, 8>>(folder, "conv_t_wide");
        module<Conv<6, 9, Size2{3, 1}, Size2{1, 2}, Size2{1, 0}, Bias>, Image>(folder, "conv_rectangular");
        module<Conv<6, 9, 3, 1, 2, Dilation<2>>, Image>(folder, "conv_dilated");
        module<Conv<6, 9, 3, 1, 1, With<Groups<3>, Bias>>, Image>(folder, "conv_groups");
        module<Conv<6, 6, 3, 1, 1, Groups<6>>, Image>(folder, "conv_depthwise");
        module<Conv<6, 9, 3, 1, 1, With<ReflectPadding, Bias>>, Image>(folder, "conv_reflect");
        module<Conv<6, 9, 3, 1, 2, ReplicatePadding>, Image>(folder, "conv_replicate");
        module<Conv<6, 9, 4, 2, 3, CircularPadding>, Image>(folder, "conv_circular");
        module<ConvT<6, 9, 3, 2, 1, With<OutputPadding<1>, Bias>>, Image>(folder, "conv_t_output_padding");
        module<ConvT<6, 9, Size2{4, 3}, 2, Size2{1, 0}, Groups<3>>, Image>(folder, "conv_t_groups");
        module<Conv1d<6, 9, 5, 2, 2, With<Groups<3>, Bias>>, Shape<6, 1, 30>>(folder, "conv1d");
        module<ConvT1d<6, 9, 4, 2, 1>, Shape<6, 1, 30>>(folder, "conv1d_t");
        module<Conv3d<4, 6, 3, 2, 1, Bias>, Video>(folder, "conv3d");
        module<Conv3d<4, 6, Size3{2, 3, 1}, 1, Size3{1, 1, 0}, Groups<2>>, Video>(folder, "conv3d_sides");
        module<ConvT3d<4, 3, 4, 2, 1, Bias>, Video>(folder, "conv3d_t");
        module<BN<4>, Video>(folder, "batch_norm_3d");
        module<LayerNorm<4, 5, 6, 7>, Video>(folder, "layer_norm_3d");
        module<Flatten, Video>(folder, "flatten_3d");
        module<Linear<24, 17>, Values>(folder, "linear");
        module<Linear<24, 17, NoBias>, Values>(folder, "linear_no_bias");

        module<BN<6>, Image>(folder, "batch_norm_2d");
        module<BN<24>, Values>(folder, "batch_norm_1d");
        module<BN<6, 0.1f, 0.25f>, Image>(folder, "batch_norm_own");
        module<GroupNorm<3, 6, 0.1f>, Image>(folder, "group_norm_own");
        module<GroupNorm<3, 6>, Image>(folder, "group_norm");
        module<GroupNorm<4, 24>, Values>(folder, "group_norm_vector");
        module<InstanceNorm<6>, Image>(folder, "instance_norm");
        module<GroupNorm<6, 6>, Image>(folder, "instance_norm_affine");
        module<LayerNorm<24>, Values>(folder, "layer_norm");
        module<LayerNorm<6, 8, 10>, Image>(folder, "layer_norm_image");

        module<ReLU, Image>(folder, "relu");
        module<LeakyReLU<0.2f>, Image>(folder, "leaky_relu");
        module<ELU<0.7f>, Image>(folder, "elu");
        module<GELU, Image>(folder, "gelu");
        module<SiLU, Image>(folder, "silu");
        module<Softplus, Image>(folder, "softplus");
        module<Tanh, Image>(folder, "tanh");
        module<Sigmoid, Image>(folder, "sigmoid");
        module<Dropout<0.25f>, Image>(folder, "dropout");

        module<MaxPool<2>, Image>(folder, "max_pool");
        module<MaxPool<3, 2, 1>, Image>(folder, "max_pool_padded");
        module<AvgPool<2>, Image>(folder, "avg_pool");
        module<AvgPool<3, 2, 1>, Image>(folder, "avg_pool_padded");
        module<GlobalAvgPool, Image>(folder, "global_avg_pool");
        module<AdaptiveAvgPool<3, 7>, Image>(folder, "adaptive_avg_pool");
        module<Upsample<3>, Image>(folder, "upsample");
        module<Upsample<2, Bilinear>, Image>(folder, "upsample_bilinear");
        module<Upsample<3, Bilinear>, Image>(folder, "upsample_bilinear_three");
        module<PixelShuffle<2>, Shape<12, 4, 5>>(folder, "pixel_shuffle");
        module<PixelUnshuffle<2>, Image>(folder, "pixel_unshuffle");
        module<Sinusoid<128>, Shape<1>>(folder, "sinusoid");
        module<Sinusoid<32, 10.f>, Shape<1>>(folder, "sinusoid_scaled");
        module<MultiheadAttention<6, 2>, Image>(folder, "multihead_attention");
        module<MultiheadAttention<64, 4, NoBias>, Shape<64, 8, 8>>(folder, "multihead_attention_no_bias");
        module<Flatten, Image>(folder, "flatten");
        module<Reshape<2, 3, 4>, Values>(folder, "reshape");
    });
}
