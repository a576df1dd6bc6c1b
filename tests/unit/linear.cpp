// Linear, Conv and ConvT as layers: shapes, faults, parameters, gradients.
#include "genotype/layers/linear.hpp"

#include "genotype/layers/conv.hpp"
#include "genotype/layers/conv_transpose.hpp"
#include "support/expect_gradients.hpp"

using namespace genotype;

namespace {

template <class L>
constexpr FaultKind fault_of(Dims in) {
    return infer<L>(in).fault.kind;
}

constexpr Dims image = image_dims(3, 8, 8);

}  // namespace

TEST_CASE("shapes") {
    CHECK(infer<Linear<784, 256>>(vector_dims(784)).dims == vector_dims(256));
    CHECK(infer<Conv<3, 64, 4, 2, 1>>(image_dims(3, 32, 31)).dims == image_dims(64, 16, 15));
    CHECK(infer<Conv<3, 64, 4, 2, 1>>(unknown_dims).dims == image_dims(64, any_dim, any_dim));
    CHECK(infer<ConvT<100, 256, 4>>(image_dims(100, 1, 1)).dims == image_dims(256, 4, 4));
    CHECK(infer<ConvT<64, 3, 4, 2, 1>>(image_dims(64, 16, 5)).dims == image_dims(3, 32, 10));
    CHECK(infer<ConvT<64, 3, 4, 2, 1>>(unknown_dims).dims == image_dims(3, any_dim, any_dim));
}

TEST_CASE("faults: arguments out of range are found before any size is known") {
    CHECK(fault_of<Linear<0, 4>>(vector_dims(5)) == FaultKind::size);
    CHECK(fault_of<Linear<4, -1>>(vector_dims(4)) == FaultKind::size);
    CHECK(fault_of<Linear<4, 5>>(vector_dims(5)) == FaultKind::features);
    CHECK(fault_of<Linear<4, 5>>(image) == FaultKind::image_given);
    CHECK(fault_of<Conv<0, 4, 3>>(unknown_dims) == FaultKind::size);
    CHECK(fault_of<Conv<3, 0, 3>>(unknown_dims) == FaultKind::size);
    CHECK(fault_of<Conv<3, 4, 0>>(unknown_dims) == FaultKind::size);
    CHECK(fault_of<Conv<3, 4, 3, 0>>(unknown_dims) == FaultKind::stride);
    CHECK(fault_of<Conv<3, 4, 3, 1, -1>>(unknown_dims) == FaultKind::padding);
    CHECK(fault_of<Conv<4, 4, 3>>(image) == FaultKind::channels);
    CHECK(fault_of<Conv<3, 4, 3>>(vector_dims(3)) == FaultKind::vector_given);
    CHECK(fault_of<ConvT<3, 0, 3>>(unknown_dims) == FaultKind::size);
    CHECK(fault_of<ConvT<3, 4, 3, 0>>(unknown_dims) == FaultKind::stride);
    CHECK(fault_of<ConvT<3, 4, 3, 1, -1>>(unknown_dims) == FaultKind::padding);
    CHECK(fault_of<ConvT<3, 4, 1, 1, 4>>(image) == FaultKind::empty_output);

    const ShapeFault fault = infer<Conv<3, 4, 11, 1, 1>>(image).fault;
    CHECK(fault.kind == FaultKind::kernel);
    CHECK(fault.got == Dims{2, 10, 10});
    CHECK(fault.wanted.first == 11);
    CHECK(infer<Conv<3, 4, 3, -2>>(image).fault.got.first == -2);
}

TEST_CASE("parameters: PyTorch's names, sizes, bounds and order of axes") {
    using C = Conv<3, 64, 4, 2, 1, Bias>;
    static_assert(C::parameters.size() == 2 && Conv<3, 64, 4>::parameters.size() == 1);
    CHECK(std::string(C::parameters[0].name) == "weight");
    CHECK(std::string(C::parameters[1].name) == "bias");
    CHECK(C::parameters[0].dims == Dims{4, 64, 3, 4, 4});
    CHECK(C::parameters[0].initial.value == 3 * 16);
    CHECK(C::parameters[1].initial.value == 3 * 16);
    // PyTorch takes the second axis, here the output's channels, for the fan-in of a transposed convolution.
    CHECK(ConvT<3, 64, 4>::parameters[0].dims == Dims{4, 3, 64, 4, 4});
    CHECK(ConvT<3, 64, 4>::parameters[0].initial.value == 64 * 16);
    static_assert(Linear<784, 256>::parameters.size() == 2 && Linear<784, 256, NoBias>::parameters.size() == 1);
    CHECK(Linear<784, 256>::parameters[0].dims == Dims{2, 256, 784});
    CHECK(Linear<784, 256>::parameters[0].initial.value == 784);
    CHECK(Linear<784, 256>::parameters[0].order[0] == 1);
}

TEST_CASE("gradients") {
    expect_gradients<Linear<7, 5>, Shape<7>>();
    expect_gradients<Linear<5, 33, NoBias>, Shape<5>>({.batch = 1});
    expect_gradients<Linear<3, 2>, Shape<3>, Reference>();
    expect_gradients<Conv<3, 5, 4, 2, 1, Bias>, Shape<3, 7, 6>>();
    expect_gradients<Conv<2, 17, 3, 1, 1>, Shape<2, 3, 4>>({.batch = 1});
    expect_gradients<Conv<2, 3, 2, 1, 0, Bias>, Shape<2, 3, 3>, Reference>();
    expect_gradients<ConvT<5, 3, 4, 2, 1, Bias>, Shape<5, 3, 2>>();
    expect_gradients<ConvT<17, 2, 3>, Shape<17, 1, 1>>();
    expect_gradients<ConvT<2, 3, 3, 2, 1, Bias>, Shape<2, 3, 2>, Reference>();
}
