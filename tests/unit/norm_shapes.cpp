// What the norms, the poolings and the layers that rearrange say of shapes and parameters: the compiler checks it.
#include <doctest/doctest.h>

#include "genotype/layers/adaptive_avg_pool.hpp"
#include "genotype/layers/avg_pool.hpp"
#include "genotype/layers/batch_norm.hpp"
#include "genotype/layers/conv_options.hpp"
#include "genotype/layers/flatten.hpp"
#include "genotype/layers/global_avg_pool.hpp"
#include "genotype/layers/group_norm.hpp"
#include "genotype/layers/instance_norm.hpp"
#include "genotype/layers/layer_norm.hpp"
#include "genotype/layers/linear.hpp"
#include "genotype/layers/max_pool.hpp"
#include "genotype/layers/norm_with.hpp"
#include "genotype/layers/pixel_shuffle.hpp"
#include "genotype/layers/pixel_unshuffle.hpp"
#include "genotype/layers/reshape.hpp"
#include "genotype/layers/rms_norm.hpp"
#include "genotype/layers/sinusoid.hpp"
#include "genotype/layers/upsample.hpp"

using namespace genotype;

namespace {

constexpr Dims image(int channels, int height = any_dim, int width = any_dim) {
    return image_dims(channels, height, width);
}

template <class L>
constexpr bool gives(Dims in, Dims out) {
    const Inferred found = infer<L>(in);
    return !found.fault && found.dims == out;
}

template <class L>
constexpr bool faulty(Dims in, FaultKind kind, int got, int wanted = any_dim) {
    const ShapeFault fault = infer<L>(in).fault;
    return fault.kind == kind && fault.got.first == got && (wanted == any_dim || fault.wanted.first == wanted);
}

// Batch norm: images and vectors.
static_assert(gives<BN<8>>(image(8, 3, 5), image(8, 3, 5)));
static_assert(gives<BN<8>>(vector_dims(8), vector_dims(8)));
static_assert(gives<BN<8>>(vector_dims(any_dim), vector_dims(8)));
static_assert(gives<BN<8>>(image(any_dim, 4), image(8, 4)));
static_assert(gives<BN<8>>(unknown_dims, {any_dim, 8, any_dim, any_dim, any_dim}));
static_assert(faulty<BN<8>>(image(7), FaultKind::channels, 7, 8));
static_assert(faulty<BN<8>>(vector_dims(7), FaultKind::features, 7, 8));
static_assert(faulty<BN<8>>({2, 8, 3}, FaultKind::shape, 8));
static_assert(faulty<BN<0>>(unknown_dims, FaultKind::size, 0));
static_assert(faulty<BN<-1>>(unknown_dims, FaultKind::size, -1));
static_assert(infer<BN<8>>(image(7)).fault.wanted.rank == 3 && infer<BN<8>>(vector_dims(7)).fault.wanted.rank == 1);
static_assert(faulty<BN<8, 0.f>>(unknown_dims, FaultKind::epsilon, 1));
static_assert(faulty<BN<8, 1e-5f, -0.1f>>(unknown_dims, FaultKind::momentum, 1));
static_assert(faulty<GroupNorm<2, 8, -1.f>>(unknown_dims, FaultKind::epsilon, 1));
static_assert(gives<GroupNorm<2, 8, 0.f>>(vector_dims(8), vector_dims(8)));
static_assert(BN<8>::epsilon == 1e-5f && BN<8>::momentum == 0.1f);
static_assert(BN<8, 1e-3f, 0.f>::epsilon == 1e-3f && BN<8, 1e-3f, 0.f>::momentum == 0);
static_assert(GroupNorm<2, 8>::epsilon == 1e-5f && GroupNorm<2, 8, 1e-6f>::epsilon == 1e-6f);
static_assert(BN<8>::buffers[2].count() == 1 && BN<8>::buffers[1].initial.value == 1);

// Group norm and layer norm.
static_assert(gives<GroupNorm<2, 8>>(image(8, 3, 5), image(8, 3, 5)));
static_assert(gives<GroupNorm<2, 8>>(vector_dims(8), vector_dims(8)));
static_assert(gives<GroupNorm<2, 8>>(unknown_dims, {any_dim, 8, any_dim, any_dim, any_dim}));
static_assert(faulty<GroupNorm<3, 8>>(unknown_dims, FaultKind::groups, 8, 3));
static_assert(faulty<GroupNorm<2, 8>>(image(6), FaultKind::channels, 6, 8));
static_assert(faulty<GroupNorm<0, 8>>(unknown_dims, FaultKind::size, 0));
static_assert(faulty<GroupNorm<2, -8>>(unknown_dims, FaultKind::size, -8));
static_assert(gives<LayerNorm<8>>(vector_dims(8), vector_dims(8)));
static_assert(gives<LayerNorm<8, 3, 5>>(image(8), image(8, 3, 5)));
static_assert(gives<LayerNorm<8, 3, 5>>(unknown_dims, image(8, 3, 5)));
static_assert(faulty<LayerNorm<8>>(vector_dims(7), FaultKind::features, 7, 8));
static_assert(faulty<LayerNorm<8>>(image(8, 3, 5), FaultKind::image_given, 8));
static_assert(faulty<LayerNorm<8, 3, 5>>(image(8, 3, 4), FaultKind::shape, 8));
static_assert(faulty<LayerNorm<8, -1, 5>>(unknown_dims, FaultKind::size, -1));
// One rule for options: a number has a name, a bias is chosen, several stand in a `With`, in any order.
static_assert(std::same_as<BNWith<Epsilon<1e-3f>, 8>, BN<8, 1e-3f>>);
static_assert(std::same_as<BNWith<With<Momentum<0.01f>>, 8>, BN<8, 1e-5f, 0.01f>>);
static_assert(std::same_as<BNWith<With<Momentum<0.01f>, Epsilon<1e-3f>>, 8>, BN<8, 1e-3f, 0.01f>>);
static_assert(std::same_as<BNWith<With<>, 8>, BN<8>> && std::same_as<GroupNormWith<With<>, 2, 8>, GroupNorm<2, 8>>);
static_assert(std::same_as<GroupNormWith<Epsilon<1e-6f>, 2, 8>, GroupNorm<2, 8, 1e-6f>>);
static_assert(std::same_as<InstanceNormWith<With<Epsilon<1e-3f>>, 8>, InstanceNorm<8, 1e-3f>>);
static_assert(std::same_as<InstanceNormWith<With<>, 8>, InstanceNorm<8>>);
static_assert(faulty<LayerNormWith<Momentum<0.1f>, 8>>(vector_dims(8), FaultKind::option, 1));
static_assert(LayerNormWith<Epsilon<1e-3f>, 8>::epsilon == LayerNormWith<std::ratio<1, 1000>, 8>::epsilon);
static_assert(LayerNormWith<With<NoBias, Epsilon<1e-3f>>, 8>::parameters.size() == 1);
static_assert(LayerNormWith<With<>, 8>::epsilon == 1e-5f && LayerNormWith<With<>, 8>::parameters.size() == 2);
static_assert(LayerNorm<8>::epsilon == 1e-5f && RMSNorm<8>::epsilon == 1e-5f);
static_assert(RMSNorm<8, Epsilon<1e-6f>>::epsilon == RMSNorm<8, std::ratio<1, 1'000'000>>::epsilon);
static_assert(Linear<3, 2, With<NoBias>>::parameters.size() == 1 && Linear<3, 2, With<Bias>>::parameters.size() == 2);
static_assert(faulty<LayerNormWith<With<Bias, NoBias>, 8>>(vector_dims(8), FaultKind::option_twice, 1));
static_assert(faulty<LayerNormWith<Groups<2>, 8>>(vector_dims(8), FaultKind::option, 1));
static_assert(faulty<RMSNorm<8, NoBias>>(vector_dims(8), FaultKind::option, 1));
static_assert(faulty<RMSNorm<8, Epsilon<-1.f>>>(vector_dims(8), FaultKind::epsilon, 1));
static_assert(LayerNorm<8, 3, 5>::parameters[0].order[2] == 0 && LayerNorm<8>::parameters[0].order[0] == 0);

// Instance norm: images of more than one pixel.
static_assert(gives<InstanceNorm<8>>(image(8, 3, 5), image(8, 3, 5)));
static_assert(gives<InstanceNorm<8>>(image(any_dim, 1, 2), image(8, 1, 2)));
static_assert(gives<InstanceNorm<8>>(unknown_dims, {any_dim, 8, any_dim, any_dim, any_dim}));  // an image or a video
static_assert(gives<InstanceNorm<8>>(video_dims(8, 2, 1, 1), video_dims(8, 2, 1, 1)));
static_assert(infer<InstanceNorm<8>>(video_dims(8, 1, 1, 1)).fault.kind == FaultKind::one_pixel);
static_assert(faulty<InstanceNorm<8>>(image(8, 1, 1), FaultKind::one_pixel, 8));
static_assert(faulty<InstanceNorm<8>>(image(7), FaultKind::channels, 7, 8));
static_assert(faulty<InstanceNorm<8>>(vector_dims(8), FaultKind::vector_given, 8));
static_assert(faulty<InstanceNorm<0>>(unknown_dims, FaultKind::size, 0));
static_assert(faulty<InstanceNorm<8, 0.f>>(unknown_dims, FaultKind::epsilon, 1));

// Poolings.
static_assert(gives<MaxPool<2>>(image(3, 5, 8), image(3, 2, 4)));
static_assert(gives<MaxPool<3, 2, 1>>(image(3, 5, 8), image(3, 3, 4)));
static_assert(gives<MaxPool<2>>(image(3, any_dim, 8), image(3, any_dim, 4)));
static_assert(gives<MaxPool<2>>(unknown_dims, image(any_dim)));
static_assert(gives<AvgPool<3, 1, 1>>(image(3, 5, 8), image(3, 5, 8)));
static_assert(faulty<MaxPool<0>>(unknown_dims, FaultKind::size, 0));
static_assert(faulty<MaxPool<-2>>(unknown_dims, FaultKind::size, -2));
static_assert(faulty<MaxPool<2, 0>>(unknown_dims, FaultKind::stride, 0));
static_assert(faulty<AvgPool<3, 1, 2>>(unknown_dims, FaultKind::padding, 2));
static_assert(faulty<AvgPool<3, 1, -1>>(unknown_dims, FaultKind::padding, -1));
static_assert(faulty<MaxPool<5, 1, 1>>(image(3, 2, 8), FaultKind::kernel, 4, 5));
static_assert(faulty<MaxPool<5, 1, 1>>(image(3, any_dim, 2), FaultKind::kernel, any_dim, 5));
static_assert(infer<MaxPool<5, 1, 1>>(image(3, 9, 2)).fault.got == Dims{2, 11, 4});
static_assert(faulty<MaxPool<2>>(vector_dims(8), FaultKind::vector_given, 8));
static_assert(gives<GlobalAvgPool>(image(7, 5, 3), image(7, 1, 1)));
static_assert(gives<GlobalAvgPool>(unknown_dims, image(any_dim, 1, 1)));
static_assert(gives<AdaptiveAvgPool<7>>(image(3, 5, 8), image(3, 7, 7)));
static_assert(gives<AdaptiveAvgPool<2, 3>>(unknown_dims, image(any_dim, 2, 3)));
static_assert(faulty<AdaptiveAvgPool<2, 0>>(image(3, 5, 8), FaultKind::size, 0));
static_assert(faulty<AdaptiveAvgPool<2>>(vector_dims(8), FaultKind::vector_given, 8));

// Rearrangements.
static_assert(gives<Upsample<2>>(image(3, 5, any_dim), image(3, 10, any_dim)));
static_assert(faulty<Upsample<0>>(unknown_dims, FaultKind::size, 0));
static_assert(gives<Upsample<2, Bilinear>>(image(3, 5, any_dim), image(3, 10, any_dim)));
static_assert(faulty<Upsample<0, Bilinear>>(unknown_dims, FaultKind::size, 0));
static_assert(faulty<Upsample<2, Bilinear>>(vector_dims(8), FaultKind::vector_given, 8));
static_assert(gives<PixelShuffle<2>>(image(12, 5, 3), image(3, 10, 6)));
static_assert(gives<PixelShuffle<2>>(unknown_dims, image(any_dim)));
static_assert(faulty<PixelShuffle<2>>(image(6), FaultKind::groups, 6, 4));
static_assert(faulty<PixelShuffle<-1>>(image(6), FaultKind::size, -1));
static_assert(gives<PixelUnshuffle<2>>(image(3, 10, 6), image(12, 5, 3)));
static_assert(gives<PixelUnshuffle<2>>(image(3, any_dim, 6), image(12, any_dim, 3)));
static_assert(gives<PixelUnshuffle<2>>(unknown_dims, image(any_dim)));
static_assert(faulty<PixelUnshuffle<2>>(image(3, 5, 6), FaultKind::multiple, 3, 2));
static_assert(faulty<PixelUnshuffle<2>>(image(3, any_dim, 5), FaultKind::multiple, 3, 2));
static_assert(faulty<PixelUnshuffle<0>>(image(6), FaultKind::size, 0));
static_assert(faulty<PixelUnshuffle<2>>(vector_dims(8), FaultKind::vector_given, 8));
static_assert(gives<Flatten>(image(3, 5, 7), vector_dims(105)));
static_assert(gives<Flatten>(image(3), vector_dims(any_dim)));
static_assert(gives<Flatten>(vector_dims(7), vector_dims(7)));
static_assert(gives<Flatten>(unknown_dims, vector_dims(any_dim)));
static_assert(gives<Reshape<3, 5, 7>>(vector_dims(105), image(3, 5, 7)));
static_assert(gives<Reshape<3, 5, 7>>(unknown_dims, image(3, 5, 7)));
static_assert(gives<Reshape<3, 5, 7>>(image(9), image(3, 5, 7)));
static_assert(faulty<Reshape<3, 5, 7>>(vector_dims(100), FaultKind::value_count, 100, 3));
static_assert(faulty<Reshape<3, -1, 7>>(vector_dims(21), FaultKind::size, -1));

// Waves of a time.
static_assert(gives<Sinusoid<128>>(vector_dims(1), vector_dims(128)));
static_assert(gives<Sinusoid<128, 1000.f>>(unknown_dims, vector_dims(128)));
static_assert(faulty<Sinusoid<127>>(unknown_dims, FaultKind::halves, 127));
static_assert(faulty<Sinusoid<0>>(unknown_dims, FaultKind::size, 0));
static_assert(faulty<Sinusoid<128>>(vector_dims(2), FaultKind::features, 2, 1));
static_assert(faulty<Sinusoid<128>>(image(1, 1, 1), FaultKind::image_given, 1));

}  // namespace

TEST_CASE("shapes of norms, poolings and rearrangements") {
    CHECK(gives<BN<8>>(vector_dims(8), vector_dims(8)));
}
