// The gradient of attention over thrust against the plain loops, for every number of threads.
#include "genotype/kernels/portable/attention_backward.hpp"

#include <doctest/doctest.h>

#include <type_traits>
#include <vector>

#include "genotype/kernels/portable/full_attention.hpp"
#include "genotype/kernels/reference/attention.hpp"
#include "genotype/kernels/reference/full_attention.hpp"
#include "support/full_attention_runs.hpp"
#include "support/thrust_devices.hpp"

using namespace genotype;
using namespace kernel_test;

namespace {

constexpr long rows = 43;
const kernels::SequenceRows list[] = {{.row = 0, .count = 15}, {.row = 15, .count = 1}, {.row = 16, .count = 27}};
const kernels::Sequences texts{list, 3, 0, false};

template <class Device>
Array gradient(Device device, const kernels::AttentionSizes& sizes, const Array& x, const Array& y, const Array& dy,
               const Array& log_sums) {
    Array dx = unwritten(rows * sizes.row_floats());
    const MemoryExtent size = attention_backward_scratch(device, sizes);
    Array scratch = unwritten(size.floats(rows));
    attention_backward(device, rows, sizes, texts, x.data(), y.data(), dy.data(), log_sums.data(), dx.data(),
                       {scratch.data(), scratch.data() + size.per_sample * rows, rows});
    return dx;
}

// 64 values of a head are summed together.
const kernels::AttentionSizes heads_table[] = {{1, 1, 1},  {2, 1, 17}, {4, 2, 5},   {3, 3, 32}, {6, 3, 64},
                                               {5, 1, 40}, {2, 1, 65}, {4, 1, 128}, {1, 1, 256}};

}  // namespace

TEST_CASE_TEMPLATE("attention's gradient agrees with the plain loops, for every number of threads", Device,
                   GENOTYPE_THRUST_DEVICES) {
    unsigned seed = 0;
    for (const kernels::AttentionSizes& sizes : heads_table) {
        CAPTURE(sizes.heads);
        CAPTURE(sizes.head_width);
        const Array x = random_array(rows * sizes.row_floats(), ++seed);
        const Array dy = random_array(rows * sizes.query_floats(), ++seed);
        Array y = unwritten(rows * sizes.query_floats()), log_sums = unwritten(rows * sizes.heads);
        attention(Reference{}, rows, sizes, texts, x.data(), nullptr, log_sums.data(), y.data(), {});
        const auto back = [&] { return gradient(Device{}, sizes, x, y, dy, log_sums); };
        const Array dx = with_threads(1, back);
        CHECK(difference(dx, gradient(Reference{}, sizes, x, y, dy, log_sums), 8) < 1e-6);
        for (const int threads : {2, 3}) CHECK(same_bits(dx, with_threads(threads, back)));
    }
}

TEST_CASE_TEMPLATE("issue 18.9: full attention agrees with the plain loops, for every number of threads", Device,
                   GENOTYPE_THRUST_DEVICES) {
    // One after the other there are no threads to tell apart.
    const std::vector<int> others = std::is_same_v<Device, ThrustCpp> ? std::vector<int>{} : std::vector<int>{2, 3};
    for (const FullCase& one : full_cases({{1, 1}, {2, 17}, {1, 65}})) {
        INFO(one.words);
        const FullOutcome wanted = one.run(Reference{});
        const FullOutcome found = with_threads(1, [&] { return one.run(Device{}); });
        CHECK(difference(found.y, wanted.y) < 1e-6);
        CHECK(difference(found.log_sums, wanted.log_sums, 8) < 1e-6);
        CHECK(difference(found.gradients, wanted.gradients, 8) < 3e-6);
        for (const int threads : others) {
            const FullOutcome again = with_threads(threads, [&] { return one.run(Device{}); });
            CHECK(same_bits(again.y, found.y));
            CHECK(same_bits(again.gradients, found.gradients));
        }
    }
}
