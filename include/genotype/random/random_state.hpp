// Where a sequence of random draws stands.
#pragma once

#include <cstdint>

namespace genotype::inline v0_1 {

/// A seed that cannot be mistaken for a size: `Model<Generator> generator(Seed{7})`.
struct Seed {
    std::uint64_t value = 0;
};

/// A generator's whole state: what a checkpoint has to keep. One position stands for four 32-bit words of Philox.
struct RandomState {
    std::uint64_t seed = 0;
    std::uint64_t position = 0;
    std::uint64_t stream = 0;

    /// Where not null, `position` counts on from the number there, which lies where the device's kernels read: a step
    /// that is recorded draws other numbers in each replay.
    const std::uint64_t* base = nullptr;

    /// The same draws, whose positions count on from the number at `there`.
    constexpr RandomState counting_on(const std::uint64_t* there) const {
        return {.seed = seed, .stream = stream, .base = there};
    }

    /// Where kernels begin.
    constexpr std::uint64_t first_position() const { return position + (base ? *base : 0); }

    /// Reserves the positions that `values` numbers need, and returns the state at which they start.
    constexpr RandomState take(long values) {
        RandomState start = *this;
        position += static_cast<std::uint64_t>((values + 3) / 4);
        return start;
    }
};

/// Fixed purposes of a seed's streams, so that, say, one more shuffle does not change the noise.
namespace streams {
inline constexpr std::uint64_t initial_values = 0, noise = 1, layers = 2, shuffle = 3, sampling = 4, windows = 5,
                               evaluation = 6, metrics = 7, augmentation = 8, videos = 9;
}

}  // namespace genotype::inline v0_1
