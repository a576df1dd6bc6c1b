// The DCGAN's first steps on the processor: two with the small batch of the reference's test, and ten with a batch
// of 64.
#include "support/golden_dcgan.hpp"

TEST_CASE("a batch of 4") {
    golden::check_dcgan<genotype::Cpu>("dcgan_small", 1e-4);
}
// Of 7 million activations some are so near to a ReLU's joint that rounding decides; each moves a gradient by up to
// 4e-3.
TEST_CASE("a batch of 64") {
    golden::check_dcgan<genotype::Cpu>("dcgan", 1e-2);
}
