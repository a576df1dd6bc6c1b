// Rotary embedding's kernels: the fast ones against the plain ones, near and far positions, back again, in place.
#include <doctest/doctest.h>

#include "genotype/kernels/cpu/attention/rotary.hpp"
#include "genotype/kernels/reference/rotary.hpp"
#include "support/kernel_arrays.hpp"

using namespace genotype;
using namespace kernel_test;

namespace {

template <class Device>
Array turned(Device device, const kernels::AttentionSizes& sizes, const kernels::Sequences& texts, bool back,
             const Array& x, bool in_place = false) {
    const long rows = static_cast<long>(x.size()) / sizes.row_floats();
    Array packed = unwritten(rotary_form(device, sizes.head_width).count);
    rotary_prepare(device, {.theta = 500'000}, sizes.head_width, packed.data());
    Array y = in_place ? x : unwritten(static_cast<long>(x.size()));
    rotary(device, rows, sizes, texts, packed.data(), back, in_place ? y.data() : x.data(), y.data());
    return y;
}

}  // namespace

TEST_CASE("rotary embedding agrees with the plain loops, for every number of threads") {
    unsigned seed = 0;
    // 64 pairs are turned at a time.
    for (const kernels::AttentionSizes& sizes :
         {kernels::AttentionSizes{1, 1, 2}, {3, 1, 6}, {2, 2, 34}, {9, 3, 64}, {4, 1, 128}, {1, 1, 130}, {2, 1, 256}}) {
        CAPTURE(sizes.heads);
        CAPTURE(sizes.head_width);
        const kernels::SequenceRows list[] = {{.row = 0, .count = 1, .position = 0},
                                              {.row = 1, .count = 30, .position = 3},
                                              {.row = 31, .count = 2, .position = 131'070},
                                              {.row = 33, .count = 27, .position = 8000}};
        const kernels::Sequences texts{list, 4, 0, false};
        const Array x = random_array(60L * sizes.row_floats(), ++seed);
        for (const bool back : {false, true}) {
            const Array found = with_threads(1, [&] { return turned(Cpu{}, sizes, texts, back, x); });
            CHECK(difference(found, turned(Reference{}, sizes, texts, back, x)) < 2e-6);
            CHECK(same_bits(found, with_threads(2, [&] { return turned(Cpu{}, sizes, texts, back, x); })));
            CHECK(same_bits(found, turned(Cpu{}, sizes, texts, back, x, true)));
            CHECK(difference(turned(Cpu{}, sizes, texts, !back, found), x) < 2e-6);
        }
    }
}

TEST_CASE("a quarter of a turn by hand") {
    const kernels::AttentionSizes sizes{1, 1, 2};
    const float quarter = 1.5707963f;
    const kernels::SequenceRows list[] = {{.row = 0, .count = 3, .position = 0}};
    const Array x{1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6};
    auto check = [&](auto device) {
        Array y = unwritten(18);
        rotary(device, 3, sizes, {list, 1, 0, false}, &quarter, false, x.data(), y.data());
        CHECK(difference(y, {1, 2, 3, 4, 5, 6, -2, 1, -4, 3, 5, 6, -1, -2, -3, -4, 5, 6}) < 1e-6);
    };
    check(Cpu{});
    check(Reference{});
}

TEST_CASE("the text of a row is found among any number of texts") {
    const kernels::SequenceRows list[] = {{.row = 0, .count = 1, .position = 7},
                                          {.row = 1, .count = 4, .position = 0},
                                          {.row = 5, .count = 2, .position = 9}};
    for (const int count : {1, 2, 3})
        for (int row = 0; row < list[count - 1].row + list[count - 1].count; ++row) {
            const kernels::SequenceRows& text = kernels::text_of({list, count, 0, false}, row);
            CHECK((text.row <= row && row < text.row + text.count));
        }
    CHECK(kernels::position_of({list, 3, 0, false}, 0) == 7);
    CHECK(kernels::position_of({list, 3, 0, false}, 4) == 3);
    CHECK(kernels::position_of({list, 3, 0, false}, 6) == 10);
}
