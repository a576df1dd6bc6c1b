// A program may have the same kernels in several files: nothing of the headers is defined twice, and each file's
// kernels run. (Of lambdas for the processor and the GPU, GENOTYPE_KERNEL says what may become of them.)
#include <doctest/doctest.h>

#include "genotype/optimizers/clip.hpp"
#include "on_gpu.hpp"
#include "two_files.hpp"

using namespace genotype;
using namespace kernel_test;
using cuda_test::Values;

namespace {

template <class Device>
Array clipped(const Array& x) {
    Values<Device> gradients(x), norm(Array(static_cast<std::size_t>(1 + sum_parts(Device{}))));
    clip_gradient_norm(Device{}, static_cast<long>(x.size()), gradients.data(), 1, norm.data());
    return gradients.read();
}

}  // namespace

TEST_CASE("Two files of a program have the same kernels") {
    const Array x = random_array(10'000, 1), expected = clipped<Reference>(x), other = clipped_in_another_file(x);
    const Array here = clipped<Cuda>(x);
    CHECK(same_bits(here, other));
    REQUIRE(here.size() == expected.size());
    for (std::size_t i = 0; i < here.size(); i += 97) CHECK(here[i] == doctest::Approx(expected[i]).epsilon(1e-5));
}
