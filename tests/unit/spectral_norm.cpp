// Spectral norm and weight norm: other layers with their weight normalised, exact gradients by the original one, and
// buffers that follow a training.
#include <algorithm>
#include <cmath>
#include <concepts>
#include <vector>

#include "genotype/checkpoint.hpp"
#include "genotype/io.hpp"
#include "support/devices.hpp"
#include "support/expect_gradients.hpp"
#include "support/temporary_folder.hpp"

using namespace genotype;

namespace {

template <class Net, class In>
void expect_everywhere(const GradientCheckOptions& options = {}) {
    expect_gradients<Net, In, TestedDevice>(options);
    expect_gradients<Net, In, Reference>(options);
}

}  // namespace

TEST_CASE("issue 18.9: gradients by the original weight of a spectral norm are exact") {
    expect_everywhere<SpectralNorm<Linear<5, 7>>, Shape<5>>();
    expect_everywhere<SpectralNorm<Linear<20, 33, NoBias>>, Shape<20>>();
    expect_everywhere<SpectralNorm<Conv<3, 5, 3, 1, 1, Bias>>, Shape<3, 5, 5>>();
    expect_everywhere<SpectralNorm<ConvT<3, 5, 4, 2, 1, Bias>>, Shape<3, 3, 3>>();
    expect_everywhere<SpectralNorm<Conv<3, 5, 1>>, Shape<3, 4, 4>>();
}
TEST_CASE("issue 18.9: gradients by length and direction of a weight norm are exact") {
    expect_everywhere<WeightNorm<Linear<5, 7>>, Shape<5>>();
    expect_everywhere<WeightNorm<Linear<5, 7>, 1>, Shape<5>>();
    expect_everywhere<WeightNorm<Conv<3, 5, 3, 1, 1, Bias>>, Shape<3, 5, 5>>();
    expect_everywhere<WeightNorm<ConvT<3, 5, 4, 2, 1, Bias>>, Shape<3, 3, 3>>();
    expect_everywhere<WeightNorm<ConvT<3, 5, 4, 2, 1>, 1>, Shape<3, 3, 3>>();
}
