// Rotary embedding over thrust gives the plain loops' bits: near and far positions, back again, in place.
#include "genotype/kernels/portable/rotary.hpp"

#include <doctest/doctest.h>

#include "genotype/kernels/reference/rotary.hpp"
#include "support/kernel_arrays.hpp"
#include "support/thrust_devices.hpp"

using namespace genotype;
using namespace kernel_test;

namespace {

const kernels::RotaryTurns llama3{
    .theta = 500'000, .factor = 32, .low_freq_factor = 1, .high_freq_factor = 4, .original_context = 8192};

template <class Device>
Array turned(Device device, const kernels::AttentionSizes& sizes, const kernels::Sequences& texts, bool back,
             const Array& x, bool in_place = false) {
    const long rows = static_cast<long>(x.size()) / sizes.row_floats();
    Array packed = unwritten(rotary_form(device, sizes.head_width).count);
    rotary_prepare(device, llama3, sizes.head_width, packed.data());
    Array y = in_place ? x : unwritten(static_cast<long>(x.size()));
    rotary(device, rows, sizes, texts, packed.data(), back, in_place ? y.data() : x.data(), y.data());
    return y;
}

}  // namespace

TEST_CASE_TEMPLATE("Rotary embedding gives the plain loops' bits, for every number of threads", Device,
                   GENOTYPE_THRUST_DEVICES) {
    unsigned seed = 0;
    // 64 frequencies are prepared at a time.
    for (const kernels::AttentionSizes& sizes :
         {kernels::AttentionSizes{1, 1, 2}, {3, 1, 6}, {2, 2, 34}, {6, 3, 64}, {4, 1, 128}, {1, 1, 130}, {2, 1, 256}}) {
        CAPTURE(sizes.heads);
        CAPTURE(sizes.head_width);
        const kernels::SequenceRows list[] = {{.row = 0, .count = 1, .position = 0},
                                              {.row = 1, .count = 12, .position = 3},
                                              {.row = 13, .count = 2, .position = 131'070},
                                              {.row = 15, .count = 9, .position = 8000}};
        const kernels::Sequences texts{list, 4, 0, false};
        const Array x = random_array(24L * sizes.row_floats(), ++seed);
        for (const bool back : {false, true}) {
            const Array wanted = turned(Reference{}, sizes, texts, back, x);
            for (const int threads : {1, 2, 3})
                CHECK(
                    same_bits(wanted, with_threads(threads, [&] { return turned(Device{}, sizes, texts, back, x); })));
            CHECK(same_bits(wanted, turned(Device{}, sizes, texts, back, x, true)));
        }
    }
}
