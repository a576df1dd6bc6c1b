// The DCGAN's first two steps on the reference, with a batch that plain loops can bear.
#include "support/golden_dcgan.hpp"

TEST_CASE("a batch of 4") {
    golden::check_dcgan<genotype::Reference>("dcgan_small", 1e-4);
}
