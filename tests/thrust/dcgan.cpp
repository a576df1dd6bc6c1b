// The DCGAN's first two steps over thrust against PyTorch.
#include "genotype/thrust.hpp"
#include "support/golden_dcgan.hpp"

TEST_CASE("a batch of 4") {
    golden::check_dcgan<genotype::ThrustOmp>("dcgan_small", 1e-4);
}
