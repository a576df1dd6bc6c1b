// Pooling over thrust against the plain loops.
#include "genotype/kernels/portable/pooling.hpp"

#include <doctest/doctest.h>

#include "genotype/kernels/reference/pooling.hpp"
#include "support/pooling_runs.hpp"
#include "support/thrust_devices.hpp"

using namespace genotype;
using namespace kernel_test;

TEST_CASE_TEMPLATE("pooling over thrust agrees with the plain one, for every number of threads", Device,
                   GENOTYPE_THRUST_DEVICES) {
    unsigned seed = 0;
    for (const PoolCase& c : pool_cases()) {
        CAPTURE(c.geometry.channels);
        CAPTURE(c.geometry.kernel);
        CAPTURE(c.geometry.stride);
        const PoolInputs inputs = pool_inputs(c, ++seed);
        const PoolResults wanted = pool_results(Reference{}, c, inputs);
        const PoolResults found = with_threads(1, [&] { return pool_results(Device{}, c, inputs); });
        CHECK(found == with_threads(3, [&] { return pool_results(Device{}, c, inputs); }));
        CHECK(same_bits(found.max, wanted.max));
        CHECK(same_bits(found.max_dx, wanted.max_dx));  // a gather adds in the order of the plain scatter
        CHECK(same_bits(found.avg, wanted.avg));
        CHECK(same_bits(found.avg_dx, wanted.avg_dx));
        CHECK(difference(found.global, wanted.global) < 1e-6);
        CHECK(same_bits(found.global_dx, wanted.global_dx));
    }
}

TEST_CASE_TEMPLATE("issue 18.9: adaptive pooling over thrust gives the plain one's bits", Device,
                   GENOTYPE_THRUST_DEVICES) {
    unsigned seed = 50;
    for (const AdaptivePoolCase& c : adaptive_pool_cases()) {
        CAPTURE(c.geometry.channels);
        CAPTURE(c.geometry.height);
        const Array x = random_array(c.batch * c.geometry.in_count(), ++seed);
        const Array dy = random_array(c.batch * c.geometry.out_count(), ++seed);
        const AdaptivePoolResults wanted = adaptive_pool_results(Reference{}, c, x, dy);
        for (const int threads : {1, 3}) {
            const auto own = [&] { return adaptive_pool_results(Device{}, c, x, dy); };
            const AdaptivePoolResults found = with_threads(threads, own);
            CHECK(same_bits(found.y, wanted.y));
            CHECK(same_bits(found.dx, wanted.dx));
        }
    }
}

TEST_CASE_TEMPLATE("not a number comes through a max pooling over thrust", Device, GENOTYPE_THRUST_DEVICES) {
    const float nan = std::numeric_limits<float>::quiet_NaN(), infinity = std::numeric_limits<float>::infinity();
    const PoolCase c{1, pool_geometry(1, 4, 4, 3, 1, 1)};
    const PoolInputs inputs{{1, nan, 3, -infinity, 5, 2, nan, -infinity, 0, 7, 1, -infinity, 4, 4, nan, -infinity},
                            random_array(16, 1)};
    const PoolResults wanted = pool_results(Reference{}, c, inputs), found = pool_results(Device{}, c, inputs);
    CHECK(std::isnan(found.max[0]));
    CHECK(found.max[8] == 7);
    CHECK(same_bits(found.max, wanted.max));
    CHECK(same_bits(found.max_dx, wanted.max_dx));
}
