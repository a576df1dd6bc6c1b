// The norm of queries and keys: its kernels against the plain ones, and both against RMS norms of single heads.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "genotype/kernels/cpu/attention/query_key_norm.hpp"
#include "genotype/kernels/reference/normalization_rms.hpp"
#include "genotype/kernels/reference/query_key_norm.hpp"
#include "support/query_key_norm.hpp"

using namespace genotype;
using namespace kernel_test;

TEST_CASE("the norm of queries and keys agrees with the plain one, for every number of threads") {
    check_query_key_norm<Cpu>();
}

TEST_CASE("the plain norm of queries and keys is an RMS norm of each head, and values pass") {
    const kernels::AttentionSizes sizes{3, 2, 5};
    constexpr long rows = 4;
    const QueryKeyCase given(sizes, rows, 1);
    const QueryKeyOutcome found = run_query_key_norm(Reference{}, given, false);
    Array dqueries(5, 0.0f), dkeys(5, 0.0f);
    for (long row = 0; row < rows; ++row)
        for (int head = 0; head < 7; ++head) {
            CAPTURE(row);
            CAPTURE(head);
            const long at = (row * 7 + head) * 5;
            const Array found_y(found.y.begin() + at, found.y.begin() + at + 5);
            const Array found_dx(found.dx.begin() + at, found.dx.begin() + at + 5);
            if (head >= 5) {
                CHECK(same_bits(found_y, {given.x.begin() + at, given.x.begin() + at + 5}));
                CHECK(same_bits(found_dx, {given.dy.begin() + at, given.dy.begin() + at + 5}));
                continue;
            }
            const float* const weight = (head < 3 ? given.queries : given.keys).data();
            Array y(5), dx(5);
            float inverse = 0;
            rms_norm(Reference{}, 1L, 5L, given.x.data() + at, weight, QueryKeyCase::epsilon, &inverse, y.data());
            rms_norm_backward(Reference{}, 1L, 5L, given.x.data() + at, given.dy.data() + at, weight, &inverse,
                              dx.data(), (head < 3 ? dqueries : dkeys).data(), true);
            CHECK(same_bits(found_y, y));
            CHECK(found.inverses[static_cast<std::size_t>(row * 5 + head)] == inverse);
            CHECK(difference(found_dx, dx) < 1e-6);
        }
    CHECK(difference(found.dqueries, dqueries) < 1e-6);
    CHECK(difference(found.dkeys, dkeys) < 1e-6);
}
