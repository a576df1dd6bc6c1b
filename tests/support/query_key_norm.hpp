// The norm of queries and keys on any device, held against the plain loops.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "genotype/kernels/query_key_norm.hpp"
#include "genotype/kernels/reference/query_key_norm.hpp"
#include "support/kernel_arrays.hpp"

namespace kernel_test {

/// What goes in. Weights lie apart, as in a layer.
struct QueryKeyCase {
    static constexpr float epsilon = 1e-3f;
    genotype::kernels::AttentionSizes sizes;
    long rows;
    Array x, dy, queries, keys;

    QueryKeyCase(const genotype::kernels::AttentionSizes& of, long count, unsigned seed)
        : sizes(of),
          rows(count),
          x(random_array(count * of.row_floats(), 4 * seed, 0.5f)),
          dy(random_array(count * of.row_floats(), 4 * seed + 1)),
          queries(random_array(of.head_width, 4 * seed + 2)),
          keys(random_array(of.head_width, 4 * seed + 3)) {}
};

struct QueryKeyOutcome {
    Array y, inverses, dx, dqueries, dkeys;
    bool operator==(const QueryKeyOutcome& other) const {
        return same_bits(y, other.y) && same_bits(inverses, other.inverses) && same_bits(dx, other.dx) &&
               same_bits(dqueries, other.dqueries) && same_bits(dkeys, other.dkeys);
    }
};

/// All gradients; or, in two calls, those of the input and those of the weights, and y from a call without inverses.
template <class Device>
QueryKeyOutcome run_query_key_norm(Device device, const QueryKeyCase& given, bool accumulate, bool apart = false) {
    const auto& [sizes, rows, x, dy, queries, keys] = given;
    const long count = rows * sizes.row_floats();
    QueryKeyOutcome out{unwritten(count), unwritten(rows * (sizes.heads + sizes.key_value_heads)), unwritten(count),
                        accumulate ? keys : unwritten(sizes.head_width),
                        accumulate ? queries : unwritten(sizes.head_width)};
    const genotype::kernels::QueryKeyWeights weights{queries.data(), keys.data()};
    const genotype::kernels::QueryKeyGradients gradients{out.dqueries.data(), out.dkeys.data()};
    const auto forward = [&](float* inverses) {
        query_key_norm(device, rows, sizes, x.data(), weights, QueryKeyCase::epsilon, inverses, out.y.data());
    };
    const auto backward = [&](float* dx, const genotype::kernels::QueryKeyGradients& asked) {
        query_key_norm_backward(device, rows, sizes, x.data(), dy.data(), weights, out.inverses.data(), dx, asked,
                                accumulate);
    };
    forward(out.inverses.data());
    if (!apart) {
        backward(out.dx.data(), gradients);
        return out;
    }
    backward(out.dx.data(), {});
    backward(nullptr, gradients);
    out.y = unwritten(count);
    forward(nullptr);
    return out;
}

/// Holds a device against `Reference`, with gradients that are written and that are added to.
template <class Device>
void check_query_key_norm() {
    unsigned seed = 0;
    struct Sizes {
        genotype::kernels::AttentionSizes heads;
        long rows;
    };
    for (const Sizes& sizes : {Sizes{{1, 1, 1}, 1},
                               {{1, 1, 2}, 3},
                               {{3, 1, 6}, 5},
                               {{2, 2, 34}, 7},
                               {{6, 3, 17}, 1},
                               {{4, 2, 128}, 40},
                               {{2, 1, 256}, 9}})
        for (const bool accumulate : {false, true}) {
            CAPTURE(sizes.heads.heads);
            CAPTURE(sizes.heads.head_width);
            CAPTURE(accumulate);
            const QueryKeyCase given(sizes.heads, sizes.rows, ++seed);
            const QueryKeyOutcome wanted = run_query_key_norm(genotype::Reference{}, given, accumulate);
            const auto own = [&](bool apart) { return run_query_key_norm(Device{}, given, accumulate, apart); };
            const QueryKeyOutcome found = with_threads(1, [&] { return own(false); });
            CHECK(found == with_threads(3, [&] { return own(false); }));
            CHECK(found == with_threads(3, [&] { return own(true); }));
            double largest = 1;
            for (const float inverse : wanted.inverses) largest = std::max(largest, static_cast<double>(inverse));
            CHECK(difference(found.y, wanted.y, largest) < 2e-6);
            CHECK(difference(found.inverses, wanted.inverses, largest) < 1e-6);
            CHECK(difference(found.dx, wanted.dx, largest) < 4e-6);
            const double terms = std::sqrt(static_cast<double>(sizes.rows * sizes.heads.heads));
            CHECK(difference(found.dqueries, wanted.dqueries, largest * terms) < 2e-6);
            CHECK(difference(found.dkeys, wanted.dkeys, largest * terms) < 2e-6);
        }
}

}  // namespace kernel_test
