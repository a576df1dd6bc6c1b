// Attention over thrust against the plain loops, with and without a session; a row's bits depend on its position alone.
#include "genotype/kernels/portable/attention.hpp"

#include <doctest/doctest.h>

#include "genotype/kernels/reference/attention.hpp"
#include "support/kernel_arrays.hpp"
#include "support/thrust_devices.hpp"

using namespace genotype;
using namespace kernel_test;

namespace {

using Texts = std::vector<kernels::SequenceRows>;

struct Outcome {
    Array y, log_sums, cache;
};

template <class Device>
Outcome run(Device device, const kernels::AttentionSizes& sizes, const Texts& texts, const Array& x, const Array* cache,
            int context = 0, bool logs = true) {
    const long rows = texts.back().row + texts.back().count;
    Outcome out{unwritten(rows * sizes.query_floats()), logs ? unwritten(rows * sizes.heads) : Array{},
                cache ? *cache : Array{}};
    REQUIRE(attention_scratch(device, sizes) == MemoryExtent{});
    attention(device, rows, sizes, {texts.data(), static_cast<int>(texts.size()), context, false}, x.data(),
              cache ? out.cache.data() : nullptr, logs ? out.log_sums.data() : nullptr, out.y.data(), {});
    return out;
}

Array part(const Array& rows, long width, long first, long count) {
    return {rows.begin() + first * width, rows.begin() + (first + count) * width};
}

// 64 values of a head are summed together.
const kernels::AttentionSizes heads_table[] = {{1, 1, 1},  {2, 1, 17}, {4, 2, 5},   {3, 3, 32}, {6, 3, 64},
                                               {5, 1, 40}, {2, 1, 65}, {4, 1, 128}, {1, 1, 256}};

}  // namespace

TEST_CASE_TEMPLATE("attention agrees with the plain loops, for every number of threads", Device,
                   GENOTYPE_THRUST_DEVICES) {
    unsigned seed = 0;
    for (const kernels::AttentionSizes& sizes : heads_table) {
        CAPTURE(sizes.heads);
        CAPTURE(sizes.head_width);
        const Texts texts{{.row = 0, .count = 15}, {.row = 15, .count = 1}, {.row = 16, .count = 27}};
        const Array x = random_array(43L * sizes.row_floats(), ++seed);
        const Outcome wanted = run(Reference{}, sizes, texts, x, nullptr);
        const auto fast = [&] { return run(Device{}, sizes, texts, x, nullptr); };
        const Outcome found = with_threads(1, fast);
        CHECK(difference(found.y, wanted.y) < (Device::on_host ? 5e-7 : 2e-6));  // a GPU's sums are floats
        CHECK(difference(found.log_sums, wanted.log_sums, 8) < 1e-7);
        for (const int threads : {2, 3}) {
            const Outcome again = with_threads(threads, fast);
            CHECK(same_bits(found.y, again.y));
            CHECK(same_bits(found.log_sums, again.log_sums));
        }
        CHECK(same_bits(found.y, run(Device{}, sizes, texts, x, nullptr, 0, false).y));
    }
}

TEST_CASE_TEMPLATE("a text in pieces beside another has the bits that it has whole", Device, GENOTYPE_THRUST_DEVICES) {
    constexpr int context = 40, slots = 3;
    for (const kernels::AttentionSizes& sizes :
         {kernels::AttentionSizes{3, 1, 20}, kernels::AttentionSizes{4, 4, 66}}) {
        CAPTURE(sizes.heads);
        const long row = sizes.row_floats();
        const Array x = random_array(context * row, 7), other = random_array(context * row, 8);
        const Array empty = unwritten(static_cast<long>(slots) * context * sizes.session_floats());
        const Outcome wanted =
            run(Device{}, sizes, {{.row = 0, .count = context, .position = 0, .slot = 1}}, x, &empty, context, false);
        CHECK(same_bits(run(Device{}, sizes, {{.row = 0, .count = context}}, x, nullptr).y, wanted.y));
        Array cache = empty, y;
        int position = 0, turn = 0;
        for (const int count : {1, 1, 12, 1, 25}) {
            Array rows = part(other, row, 2 * turn, 2);
            const Array ours = part(x, row, position, count);
            rows.insert(rows.end(), ours.begin(), ours.end());
            const Texts both{{.row = 0, .count = 2, .position = 2 * turn, .slot = 0},
                             {.row = 2, .count = count, .position = position, .slot = 2}};
            const Outcome plain = run(Reference{}, sizes, both, rows, &cache, context);
            const Outcome piece = run(Device{}, sizes, both, rows, &cache, context);
            CHECK(difference(piece.y, plain.y) < 5e-7);
            CHECK(same_bits(piece.cache, plain.cache));
            const Array found = part(piece.y, sizes.query_floats(), 2, count);
            y.insert(y.end(), found.begin(), found.end());
            cache = piece.cache;
            position += count;
            ++turn;
        }
        REQUIRE(position == context);
        CHECK(same_bits(y, wanted.y));
        const long slot = static_cast<long>(context) * sizes.session_floats();
        CHECK(same_bits(part(cache, slot, 2, 1), part(wanted.cache, slot, 1, 1)));
        CHECK(same_bits(part(wanted.cache, slot, 2, 1), part(empty, slot, 2, 1)));
    }
}

TEST_CASE_TEMPLATE("scores of any size do not overflow, and one key may take all", Device, GENOTYPE_THRUST_DEVICES) {
    // Keys of 100, -100 and 101 times the query's direction.
    const Array x{1e3f, 0, 0, 0, 100, 0, 0,    0, 1, 2, 3,   4, 1e3f, 0, 0, 0, -100, 0,
                  0,    0, 5, 6, 7,   8, 1e3f, 0, 0, 0, 101, 0, 0,    0, 9, 8, 7,    6};
    const Outcome out = run(Device{}, {1, 1, 4}, {{.row = 0, .count = 3}}, x, nullptr);
    CHECK(out.y == Array{1, 2, 3, 4, 1, 2, 3, 4, 9, 8, 7, 6});
    CHECK(out.log_sums == Array{5e4f, 5e4f, 50500});
}
