// Planned memory: sizes that grow with the batch, sizes that do not, and where both lie.
#pragma once

#include <algorithm>

namespace genotype::inline v0_1 {

/// Floats are handed out in multiples of this many, so that every block starts on a 64-byte line.
inline constexpr long alignment_floats = 16;

constexpr long aligned(long floats) {
    return (floats + alignment_floats - 1) / alignment_floats * alignment_floats;
}

/// A need for memory, or a place in it, in floats: `per_sample` for each sample of the batch, `fixed` once.
struct MemoryExtent {
    long per_sample = 0;
    long fixed = 0;

    friend constexpr MemoryExtent operator+(MemoryExtent left, MemoryExtent right) {
        return {left.per_sample + right.per_sample, left.fixed + right.fixed};
    }
    friend constexpr MemoryExtent operator*(long times, MemoryExtent extent) {
        return {times * extent.per_sample, times * extent.fixed};
    }
    friend constexpr bool operator==(MemoryExtent, MemoryExtent) = default;

    constexpr long floats(long capacity) const { return per_sample * capacity + fixed; }
};

constexpr MemoryExtent aligned(MemoryExtent extent) {
    return {aligned(extent.per_sample), aligned(extent.fixed)};
}

/// Enough for either of two needs that are never there at the same time.
constexpr MemoryExtent larger(MemoryExtent left, MemoryExtent right) {
    return {std::max(left.per_sample, right.per_sample), std::max(left.fixed, right.fixed)};
}

/// A piece of an arena laid out for up to `capacity` samples.
struct MemoryRegion {
    float* per_sample = nullptr;
    float* fixed = nullptr;
    long capacity = 0;

    constexpr MemoryRegion at(MemoryExtent offset) const {
        if (!per_sample) return {};  // a region that is not there has no parts
        return {per_sample + offset.per_sample * capacity, fixed + offset.fixed, capacity};
    }
};

}  // namespace genotype::inline v0_1
