// What depends on where a row is in its text, against the plain loops, and those against what is written out.
#include <doctest/doctest.h>

#include "genotype/kernels/reference/text_rows.hpp"
#include "support/devices.hpp"
#include "support/kernel_arrays.hpp"

using namespace genotype;
using namespace kernel_test;

namespace {

constexpr int positions = 20;
const kernels::SequenceRows list[] = {{.row = 0, .count = 1, .position = 4},
                                      {.row = 1, .count = 7, .position = 0},
                                      {.row = 8, .count = 12, .position = 8},
                                      {.row = 20, .count = 1, .position = 4}};
const kernels::Sequences texts{list, 4, positions, false};
const kernels::Sequences one{nullptr, 1, 5, false};  // a text from its begin

template <class Device>
struct Outcome {
    Array y, in_place, gradient, last;

    Outcome(Device device, const kernels::Sequences& sequences, long rows, int width, bool accumulate) {
        const Array x = random_array(rows * width, 1), dy = random_array(rows * width, 2);
        const Array table = random_array(positions * width, 3);
        y = unwritten(rows * width);
        add_positions(device, rows, width, sequences, x.data(), table.data(), y.data());
        in_place = x;
        add_positions(device, rows, width, sequences, in_place.data(), table.data(), in_place.data());
        gradient = accumulate ? table : unwritten(positions * width);
        add_positions_gradient(device, rows, positions, width, sequences, dy.data(), gradient.data(), accumulate);
        last = unwritten(sequences.count * width);
        last_rows(device, width, sequences, x.data(), last.data());
    }
};

}  // namespace

TEST_CASE_TEMPLATE("positions and last rows have the plain loops' bits", Device, GENOTYPE_TESTED_DEVICES) {
    for (const int width : {1, 3, 64, 400})
        for (const bool accumulate : {false, true})
            for (const kernels::Sequences& sequences : {texts, one}) {
                CAPTURE(width);
                const long rows = sequences.list ? 21 : sequences.context;
                const Outcome wanted(Reference{}, sequences, rows, width, accumulate);
                const Outcome found(Device{}, sequences, rows, width, accumulate);
                CHECK(same_bits(found.y, wanted.y));
                CHECK(same_bits(found.in_place, wanted.y));
                CHECK(same_bits(found.gradient, wanted.gradient));
                CHECK(same_bits(found.last, wanted.last));
            }
}

TEST_CASE_TEMPLATE("a row's position counts from its text's", Device, GENOTYPE_TESTED_DEVICES) {
    const kernels::SequenceRows two[] = {{.row = 0, .count = 2, .position = 1}, {.row = 2, .count = 1}};
    const kernels::Sequences sequences{two, 2, 3, false};
    const Array x{1, 2, 3}, table{10, 20, 30};
    Array y(3), gradient(3), last(2);
    add_positions(Device{}, 3, 1, sequences, x.data(), table.data(), y.data());
    CHECK(y == Array{21, 32, 13});
    add_positions_gradient(Device{}, 3, 3, 1, sequences, x.data(), gradient.data(), false);
    CHECK(gradient == Array{3, 1, 2});
    last_rows(Device{}, 1, sequences, x.data(), last.data());
    CHECK(last == Array{2, 3});
}
