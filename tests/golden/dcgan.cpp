// The DCGAN's first steps on the processor: two with the small batch of the reference's test, and ten with a batch
// of 64; with convolutions in the forms that the processor takes, and all in the direct form.
#include "support/golden_dcgan.hpp"

using genotype::Cpu, genotype::DirectConvolution;

namespace {

/// Of 7 million activations some are so near to a ReLU's joint that rounding decides; each moves a gradient by up to
/// 4e-3.
constexpr double tolerance_of_64 = 1e-2;

/// The layers of both models that take Winograd's form.
template <class Device>
int winograd_layers(int batch) {
    using namespace genotype;
    int count = 0;
    const auto visit = [&]<class L>(std::type_identity<L>, ChildName, int, Dims in, Dims out) {
        count += std::string_view(form_of_leaf<L, Device>(in, out, batch)).starts_with("Winograd");
    };
    walk<golden::Generator>(visit, Shape<100, 1, 1>::dims);
    walk<golden::Discriminator>(visit, Shape<3, 32, 32>::dims);
    return count;
}

}  // namespace

TEST_CASE("a batch of 4") {
    CHECK(winograd_layers<Cpu>(4) == 2);
    golden::check_dcgan<Cpu>("dcgan_small", 1e-4);
}
TEST_CASE("a batch of 64") {
    CHECK(winograd_layers<Cpu>(64) == 4);
    golden::check_dcgan<Cpu>("dcgan", tolerance_of_64);
}
TEST_CASE("a batch of 4 in the direct form") {
    CHECK(winograd_layers<DirectConvolution<Cpu>>(4) == 0);
    golden::check_dcgan<DirectConvolution<Cpu>>("dcgan_small", 1e-4);
}
TEST_CASE("a batch of 64 in the direct form") {
    CHECK(winograd_layers<DirectConvolution<Cpu>>(64) == 0);
    golden::check_dcgan<DirectConvolution<Cpu>>("dcgan", tolerance_of_64);
}
