// Philox 4x32-10: a random generator without a state but a counter, so every device and thread count draws the same.
#pragma once

#include <array>
#include <cstdint>

namespace genotype::inline v0_1 {

/// Four random 32-bit words for one position of one stream.
/// The 128-bit counter is (position, stream), the 64-bit key is the seed, so no two streams of a seed overlap.
/// Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011).
constexpr std::array<std::uint32_t, 4> philox(std::uint64_t seed, std::uint64_t position, std::uint64_t stream = 0) {
    auto low = [](std::uint64_t word) { return static_cast<std::uint32_t>(word); };
    auto high = [](std::uint64_t word) { return static_cast<std::uint32_t>(word >> 32); };
    std::uint32_t c0 = low(position), c1 = high(position), c2 = low(stream), c3 = high(stream);
    std::uint32_t k0 = low(seed), k1 = high(seed);
    for (int round = 0; round < 10; ++round) {
        const std::uint64_t left = std::uint64_t{0xD2511F53} * c0;
        const std::uint64_t right = std::uint64_t{0xCD9E8D57} * c2;
        c0 = high(right) ^ c1 ^ k0;
        c1 = low(right);
        c2 = high(left) ^ c3 ^ k1;
        c3 = low(left);
        k0 += 0x9E3779B9;
        k1 += 0xBB67AE85;
    }
    return {c0, c1, c2, c3};
}

// The known answer that the authors published for an all-zero counter and key. Number by number: `==` of whole arrays
// is no constant expression for GCC's debug mode.
static_assert(philox(0, 0, 0)[0] == 0x6627e8d5 && philox(0, 0, 0)[1] == 0xe169c58d &&
              philox(0, 0, 0)[2] == 0xbc57ac4c && philox(0, 0, 0)[3] == 0x9b00dbd8);

}  // namespace genotype::inline v0_1
