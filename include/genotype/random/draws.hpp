// From 32 random bits to numbers: the arithmetic that every device does alike, so that all draw the same bits.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

#include "genotype/shape/both.hpp"

namespace genotype::inline v0_1 {

// Additions never take a product here except in an explicit fma: a compiler that joins the two on one device and not on
// another would change the last bit.

/// A float from a word with one rounding, whether or not the machine converts unsigned numbers.
GENOTYPE_BOTH inline float float_of(std::uint32_t word) {
    const float high = static_cast<float>(static_cast<std::int32_t>(word >> 16));
    const float low = static_cast<float>(static_cast<std::int32_t>(word & 0xffff));
    return std::fma(high, 65536.f, low);
}

/// Uniform in [low, high): 24 bits of the word. `below` is the largest float below `high`.
GENOTYPE_BOTH inline float uniform_of(std::uint32_t word, float low, float high, float below) {
    const float unit = static_cast<float>(static_cast<std::int32_t>(word >> 8)) * 0x1p-24f;
    const float value = std::fma(unit, high - low, low);
    return value < high ? value : below;
}

/// A word is kept with probability 1 - p where it is at least this.
inline std::uint64_t keep_threshold(float probability) {
    return static_cast<std::uint64_t>(static_cast<double>(probability) * 4294967296.0);
}

/// -2 log(u) for u = (word + 1/2) / 2^32, the square of a radius of the Box-Muller transform. Error below 2 ulp.
GENOTYPE_BOTH inline float squared_radius_of(std::uint32_t word) {
    const float uniform = std::fma(float_of(word), 0x1p-32f, 0x1p-33f);
    // uniform = 2^exponent * (1 + t) with 1 + t between sqrt(1/2) and sqrt(2)
    const std::int32_t bits = std::bit_cast<std::int32_t>(uniform);
    const std::int32_t exponent = (bits - 0x3f3504f3) >> 23;
    const float t = std::bit_cast<float>(bits - exponent * (1 << 23)) - 1.f;
    // (log(1 + t) - t) / t^2, a Chebyshev fit
    float series = -0x1.3a4ff6p-4f;
    series = std::fma(series, t, 0x1.048f72p-3f);
    series = std::fma(series, t, -0x1.0cda32p-3f);
    series = std::fma(series, t, 0x1.22ea5ap-3f);
    series = std::fma(series, t, -0x1.548382p-3f);
    series = std::fma(series, t, 0x1.99a012p-3f);
    series = std::fma(series, t, -0x1.00020cp-2f);
    series = std::fma(series, t, 0x1.555554p-2f);
    series = std::fma(series, t, -0x1.fffffep-2f);
    const float rest = std::fma(t * t, series, t);
    return -2.f * std::fma(static_cast<float>(exponent), 0x1.62e43p-1f, rest);
}

namespace detail {

/// A point of the unit circle.
struct Direction {
    float cosine, sine;
};

/// Cosine and sine of word / 2^32 full turns.
GENOTYPE_BOTH inline Direction direction_of(std::uint32_t word) {
    const std::uint32_t quarter = (word + 0x20000000u) >> 30;
    const float x = static_cast<float>(static_cast<std::int32_t>(word - (quarter << 30))) * 0x1p-30f;  // in quarters
    const float y = x * x;
    // sin(pi/2 x) / x and cos(pi/2 x) for |x| <= 1/2, Chebyshev fits in x^2
    float odd = -0x1.2d9b4p-8f;
    odd = std::fma(odd, y, 0x1.465ec4p-4f);
    odd = std::fma(odd, y, -0x1.4abbbap-1f);
    odd = std::fma(odd, y, 0x1.921fb6p+0f);
    const float sine = x * odd;
    float cosine = 0x1.d9c2e8p-11f;
    cosine = std::fma(cosine, y, -0x1.55c57ap-6f);
    cosine = std::fma(cosine, y, 0x1.03c1dcp-2f);
    cosine = std::fma(cosine, y, -0x1.3bd3ccp+0f);
    cosine = std::fma(cosine, y, 1.f);
    const bool swapped = quarter & 1;
    const float first = swapped ? sine : cosine, second = swapped ? cosine : sine;
    return {quarter == 1 || quarter == 2 ? -first : first, quarter >= 2 ? -second : second};
}

}  // namespace detail

}  // namespace genotype::inline v0_1
