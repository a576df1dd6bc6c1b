// What is known of a model while compiling: shapes, also partly known ones, counts, costs. Most of it is static_assert.
#include <doctest/doctest.h>

#include <concepts>

#include "genotype/genotype.hpp"
#include "support/dcgan.hpp"

using namespace genotype;
using dcgan::Discriminator;
using dcgan::Generator;

namespace {

using ImageVae = VAE<784, 256, 20>;
using Dcgan = GAN<Generator, Discriminator>;

static_assert(Shape<3, 32, 32>::count == 3072 && Shape<3, 32, 32>::rank == 3);
static_assert(std::same_as<ShapeOf<Dims{2, 5, 7}>::type, Shape<5, 7>>);
static_assert(std::same_as<ShapeOf<Dims{4, 2, 3, 4, 5}>::type, Shape<2, 3, 4, 5>>);
static_assert(ShapeType<Shape<1>> && !ShapeType<int> && !ShapeType<Dims>);

static_assert(std::same_as<OutputShape<Generator, Shape<100, 1, 1>>, Shape<3, 32, 32>>);
static_assert(std::same_as<OutputShape<Generator, Shape<100, 2, 3>>, Shape<3, 40, 48>>);
static_assert(std::same_as<OutputShape<Discriminator, Shape<3, 32, 32>>, Shape<1, 1, 1>>);
static_assert(std::same_as<OutputShape<ImageVae, Shape<784>>, Shape<784>>);
static_assert(std::same_as<InputShape<Generator>, Shape<100, 1, 1>>);
static_assert(std::same_as<InputShape<ImageVae>, Shape<784>>);
static_assert(std::same_as<InputShape<Sequential<Sequential<Linear<7, 2>>, ReLU>>, Shape<7>>);
static_assert(std::same_as<InputShape<Repeat<2, Residual<Linear<5, 5>>>>, Shape<5>>);
static_assert(std::same_as<Dcgan::Image, Shape<3, 32, 32>> && std::same_as<Dcgan::Noise, Shape<100, 1, 1>>);
static_assert(ImageVae::latent == 20 && std::same_as<ImageVae::Latent, Shape<20>>);

// A kernel of 3 x 3 with stride 2 over odd sizes, and back.
static_assert(std::same_as<OutputShape<Conv<3, 5, 3, 2, 1>, Shape<3, 7, 4>>, Shape<5, 4, 2>>);
static_assert(std::same_as<OutputShape<ConvT<5, 3, 3, 2, 1>, Shape<5, 4, 2>>, Shape<3, 7, 3>>);
static_assert(std::same_as<OutputShape<Residual<Conv<3, 6, 3, 2, 1>, Projection<Conv<3, 6, 1, 2>>>, Shape<3, 9, 9>>,
                           Shape<6, 5, 5>>);

// An alias that says the same is the same type; a Sequential in a Sequential is not flattened.
static_assert(std::same_as<Sequential<Linear<2, 3>, ReLU>, Sequential<Linear<2, 3>, ReLU>>);
static_assert(!std::same_as<Sequential<Sequential<Linear<2, 3>>, ReLU>, Sequential<Linear<2, 3>, ReLU>>);

// What is known before an input is named.
static_assert(infer<Generator>(unknown_dims).dims == image_dims(3, any_dim, any_dim));
static_assert(infer<Conv<3, 64, 4, 2, 1>>(unknown_dims).dims == image_dims(64, any_dim, any_dim));
static_assert(infer<Conv<3, 64, 4, 2, 1>>(image_dims(3, any_dim, 32)).dims == image_dims(64, any_dim, 16));
static_assert(infer<Sequential<Flatten, Linear<12, 2>>>(unknown_dims).dims == vector_dims(2));
static_assert(infer<Sequential<ReLU, Tanh>>(unknown_dims).dims == unknown_dims);
static_assert(infer<Sequential<Conv<3, 4, 3>, Flatten>>(unknown_dims).dims == vector_dims(any_dim));

// The first fault, and the path to it.
constexpr ShapeFault channels =
    infer<combinators::Sequential<Linear<4, 4>, Sequential<Linear<4, 6>, ReLU>, Linear<5, 4>>>(unknown_dims).fault;
static_assert(channels.kind == FaultKind::features && channels.depth == 1 && channels.at0 == 2);
static_assert(channels.got == vector_dims(6) && channels.wanted == vector_dims(5));
constexpr ShapeFault nested =
    infer<combinators::Sequential<ReLU, combinators::Repeat<3, ReLU, combinators::Sequential<ReLU, ReLU, BN<8>>>>>(
        image_dims(6, 4, 4))
        .fault;
static_assert(nested.kind == FaultKind::channels && nested.depth == 3);
static_assert(nested.at0 == 1 && nested.at1 == 1 && nested.at2 == 2);
// A projection's layers are counted after the branch's.
constexpr ShapeFault projection =
    infer<combinators::Residual<Sequential<ReLU, Tanh>, Projection<ReLU, BN<8>>>>(image_dims(6, 4, 4)).fault;
static_assert(projection.kind == FaultKind::channels && projection.depth == 1 && projection.at0 == 3);

static_assert(merge(image_dims(any_dim, 4, any_dim), image_dims(3, any_dim, 5)) == image_dims(3, 4, 5));
static_assert(merge(unknown_dims, vector_dims(3)) == vector_dims(3));
static_assert(merge(vector_dims(3), unknown_dims) == vector_dims(3));
static_assert(!image_dims(3, any_dim, 5).complete() && image_dims(3, 4, 5).complete() && !unknown_dims.complete());

static_assert(parameter_count<Generator> == 1'068'928);
static_assert(parameter_count<Discriminator> == 663'296);
static_assert(parameter_count<ImageVae> == 549'688);
static_assert(parameter_count<Repeat<30, Linear<4, 4>>> == 30 * 20);
static_assert(parameter_count<Residual<Conv<3, 6, 3, 2, 1>, Projection<Conv<3, 6, 1, 2, 0, Bias>>>> == 162 + 18 + 6);
static_assert(parameter_count<Sequential<ReLU, Dropout<>>> == 0);

// Every tensor starts on a line of 16 floats.
static_assert(parameter_floats<Linear<3, 5>>() == 16 + 16 && parameter_floats<Linear<4, 5>>() == 32 + 16);
static_assert(buffer_floats<Sequential<BN<17>, ReLU>>() == 32 + 32 + 16);

// The kernel's weights times the pixels of the smaller image.
static_assert(multiply_adds<Generator, Shape<100, 1, 1>> == 409'600 + 524'288 * 16 + 131'072 * 64 + 3'072 * 256);
static_assert(multiply_adds<Discriminator, Shape<3, 32, 32>> == 3'072 * 256 + 131'072 * 64 + 524'288 * 16 + 4'096);
static_assert(multiply_adds<ImageVae, Shape<784>> == 2 * 784 * 256 + 2 * 256 * 256 + 256 * 40 + 20 * 256);
static_assert(multiply_adds<Repeat<3, Linear<4, 4>>, Shape<4>> == 3 * 16);

template <class Mode, class Device = Cpu>
using GeneratorRun = Workspace<Generator, Shape<100, 1, 1>, Mode, Device>;

// Kept for backward: each convolution's output, for the norm; each norm's output, which the activation writes over,
// for the next convolution. And mean and deviation of each of the norms' channels.
static_assert(GeneratorRun<Training>::plan.saved ==
              MemoryExtent{2 * (256 * 16 + 128 * 64 + 64 * 256), 2 * (256 + 128 + 64)});
static_assert(GeneratorRun<Inference>::plan.saved == MemoryExtent{});
static_assert(GeneratorRun<Inference>::plan.backward_scratch == MemoryExtent{});
// Without scratch of the kernels, no more than the two largest neighbours: inputs and outputs of the last norm.
static_assert(GeneratorRun<Inference, Reference>::plan.forward_scratch.per_sample <= 2 * 64 * 256 + 128 * 64);
static_assert(GeneratorRun<Training, Reference>::plan.backward_scratch.per_sample >= 2 * 64 * 256);
static_assert(GeneratorRun<Training, Reference>::plan.backward_scratch.per_sample <= 2 * 64 * 256 + 128 * 64);
static_assert(GeneratorRun<Inference, Reference>::floats(64) < GeneratorRun<Training, Reference>::floats(64) / 2);
static_assert(GeneratorRun<Inference>::floats(64) < GeneratorRun<Training>::floats(64));
static_assert(GeneratorRun<Training>::floats(2) - GeneratorRun<Training>::floats(1) ==
              GeneratorRun<Training>::floats(65) - GeneratorRun<Training>::floats(64));
// 3 x 32 x 32 values of output are part of it, and so an image alone costs at least as much.
static_assert(GeneratorRun<Inference>::floats(2) - GeneratorRun<Inference>::floats(1) >= 3 * 32 * 32);
static_assert(Workspace<Linear<3, 5>, Shape<3>>::floats(1) == 16 && Workspace<Linear<3, 5>, Shape<3>>::floats(4) == 64);

}  // namespace

TEST_CASE("a model is empty, and weights lie on the heap") {
    CHECK(std::is_empty_v<Generator>);
    CHECK(sizeof(Model<Linear<10'000, 10'000>>) < 256);
}
