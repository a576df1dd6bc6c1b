// Two matrices beside one another.
#pragma once

#include <concepts>

#include "genotype/kernels/device.hpp"
#include "genotype/kernels/functions.hpp"

namespace genotype::inline v0_1::kernels {

// The processor goes through all three in one pass, see kernels/cpu/strided.hpp.

/// Each row of `both` is that of `left`, so many values, and then that of `right`.
template <class Device>
requires(!std::derived_from<Device, Cpu>) void join_columns(Device device, long rows, long left_columns,
                                                            long right_columns, const float* left, const float* right,
                                                            float* both) {
    const long all = left_columns + right_columns;
    update_columns(device, rows, left_columns, Assign{}, left, left_columns, both, all);
    update_columns(device, rows, right_columns, Assign{}, right, right_columns, both + left_columns, all);
}

/// The way back: writes `left`, and adds to `right`, which it writes where that `is_new`. Either may be null.
template <class Device>
requires(!std::derived_from<Device, Cpu>) void split_columns(Device device, long rows, long left_columns,
                                                             long right_columns, const float* both, float* left,
                                                             float* right, bool is_new) {
    const long all = left_columns + right_columns;
    if (left) update_columns(device, rows, left_columns, Assign{}, both, all, left, left_columns);
    if (!right) return;
    if (is_new)
        update_columns(device, rows, right_columns, Assign{}, both + left_columns, all, right, right_columns);
    else
        update_columns(device, rows, right_columns, AddTo{}, both + left_columns, all, right, right_columns);
}

}  // namespace genotype::inline v0_1::kernels
