// Random numbers, many positions of the generator side by side.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "genotype/kernels/cpu/simd/vector.hpp"
#include "genotype/kernels/device.hpp"
#include "genotype/random/draws.hpp"
#include "genotype/random/random_state.hpp"

namespace genotype::inline v0_1::kernels {

namespace detail {

/// Positions that are worked on side by side.
inline constexpr int random_block = 64;

/// The four words of each of a block's positions.
struct RandomWords {
    alignas(64) std::uint32_t word[4][random_block];
};

/// philox() of `random_block` positions from `position` on.
template <class = void>
inline void philox_block(std::uint64_t seed, std::uint64_t position, std::uint64_t stream, RandomWords& out) {
    std::uint32_t *c0 = out.word[0], *c1 = out.word[1], *c2 = out.word[2], *c3 = out.word[3];
    for (int i = 0; i < random_block; ++i) {
        const std::uint64_t at = position + static_cast<std::uint64_t>(i);
        c0[i] = static_cast<std::uint32_t>(at);
        c1[i] = static_cast<std::uint32_t>(at >> 32);
        c2[i] = static_cast<std::uint32_t>(stream);
        c3[i] = static_cast<std::uint32_t>(stream >> 32);
    }
    std::uint32_t k0 = static_cast<std::uint32_t>(seed), k1 = static_cast<std::uint32_t>(seed >> 32);
    for (int round = 0; round < 10; ++round) {
#pragma omp simd
        for (int i = 0; i < random_block; ++i) {
            const std::uint64_t left = std::uint64_t{0xD2511F53} * c0[i];
            const std::uint64_t right = std::uint64_t{0xCD9E8D57} * c2[i];
            c0[i] = static_cast<std::uint32_t>(right >> 32) ^ c1[i] ^ k0;
            c1[i] = static_cast<std::uint32_t>(right);
            c2[i] = static_cast<std::uint32_t>(left >> 32) ^ c3[i] ^ k1;
            c3[i] = static_cast<std::uint32_t>(left);
        }
        k0 += 0x9E3779B9;
        k1 += 0xBB67AE85;
    }
}

/// A block's values as they are made: value 4i + j of the block is column j of row i.
struct RandomValues {
    alignas(64) float value[4][random_block];
};

/// Fills y from blocks that `make(words, values)` turns into values.
template <class Make>
void fill_random(long n, const RandomState& start, float* y, const Make& make) {
    constexpr long block_values = 4 * random_block;
    const long blocks = (n + block_values - 1) / block_values;
#pragma omp parallel for schedule(static) if (n >= 16384)
    for (long block = 0; block < blocks; ++block) {
        RandomWords words;
        RandomValues values;
        philox_block(start.seed, start.first_position() + static_cast<std::uint64_t>(block * random_block),
                     start.stream, words);
        make(words, values);
        float* to = y + block * block_values;
        const long count = std::min(block_values, n - block * block_values);
        for (long i = 0; i < count / 4; ++i)
            for (int j = 0; j < 4; ++j) to[4 * i + j] = values.value[j][i];
        for (long i = count / 4 * 4; i < count; ++i) to[i] = values.value[i % 4][i / 4];
    }
}

}  // namespace detail

/// n values in [low, high), four to a position.
template <class = void>
inline void fill_uniform(Cpu, long n, const RandomState& start, float low, float high, float* y) {
    const float below = std::nextafter(high, low);
    detail::fill_random(n, start, y, [=](const detail::RandomWords& words, detail::RandomValues& out) {
        for (int j = 0; j < 4; ++j)
#pragma omp simd
            for (int i = 0; i < detail::random_block; ++i)
                out.value[j][i] = uniform_of(words.word[j][i], low, high, below);
    });
}

/// n values of the normal distribution of mean 0 and variance 1, four to a position (Box-Muller).
template <class = void>
inline void fill_normal(Cpu, long n, const RandomState& start, float* y) {
    detail::fill_random(n, start, y, [](const detail::RandomWords& words, detail::RandomValues& out) {
        for (int j = 0; j < 4; j += 2) {
            alignas(64) float radius[detail::random_block];
#pragma omp simd
            for (int i = 0; i < detail::random_block; ++i) radius[i] = squared_radius_of(words.word[j][i]);
            for (int i = 0; i < detail::random_block; i += static_cast<int>(vector_size))
                sqrt(Vector::load_aligned(radius + i)).store_aligned(radius + i);
#pragma omp simd
            for (int i = 0; i < detail::random_block; ++i) {
                const genotype::detail::Direction direction = genotype::detail::direction_of(words.word[j + 1][i]);
                out.value[j][i] = radius[i] * direction.cosine;
                out.value[j + 1][i] = radius[i] * direction.sine;
            }
        }
    });
}

/// n values that are `scale` with probability 1 - `probability`, else 0.
template <class = void>
inline void fill_keep_mask(Cpu, long n, const RandomState& start, float probability, float scale, float* mask) {
    const std::uint64_t threshold = keep_threshold(probability);
    detail::fill_random(n, start, mask, [=](const detail::RandomWords& words, detail::RandomValues& out) {
        for (int j = 0; j < 4; ++j)
#pragma omp simd
            for (int i = 0; i < detail::random_block; ++i)
                out.value[j][i] = words.word[j][i] >= threshold ? scale : 0.f;
    });
}

}  // namespace genotype::inline v0_1::kernels
