// Blocks of 4 and 8 bits as float32, to the bit.
#include "genotype/dtype/quantized.hpp"

#include <doctest/doctest.h>

#include <array>
#include <bit>
#include <cmath>
#include <cstring>

using namespace genotype;

namespace {

/// All halves that are numbers.
template <class Call>
void for_each_finite(Call call, unsigned step = 1) {
    for (unsigned bits = 0; bits < 0x10000; bits += step)
        if ((bits & 0x7c00) != 0x7c00) call(Float16{static_cast<std::uint16_t>(bits)});
}

/// What a half stands for, by the definition.
double value_of(Float16 half) {
    const int exponent = half.bits >> 10 & 31, fraction = half.bits & 1023;
    const double size = exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
    return half.bits & 0x8000 ? -size : size;
}

/// Whether a float has the bits of an exact value that is rounded once, and a zero its sign.
bool is_nearest(float found, double wanted) {
    return std::bit_cast<std::uint32_t>(found) == std::bit_cast<std::uint32_t>(static_cast<float>(wanted));
}

/// Byte i holds the numbers i and 15 - i.
constexpr std::array<std::uint8_t, 16> all_of_four_bits() {
    std::array<std::uint8_t, 16> bytes{};
    for (std::size_t i = 0; i < 16; ++i) bytes[i] = static_cast<std::uint8_t>(i | (15 - i) << 4);
    return bytes;
}

std::array<float, 32> values_of(const auto& block) {
    std::array<float, 32> values;
    values.fill(-1234.5f);
    dequantize(block, values.data());
    return values;
}

}  // namespace

TEST_CASE("blocks by hand") {
    // 0x3800 is 0.5, 0xbc00 is -1, 0x4200 is 3.
    const auto q8 = values_of(BlockQ8_0{.scale = {0x3800}, .quants = {127, -128, 1, 0, -1}});
    CHECK(q8[0] == 63.5f);
    CHECK(q8[1] == -64.0f);
    CHECK(q8[2] == 0.5f);
    CHECK(q8[4] == -0.5f);
    CHECK(q8[31] == 0.0f);
    const auto q4_0 = values_of(BlockQ4_0{.scale = {0xbc00}, .quants = {0x0f, 0x80}});
    CHECK(q4_0[0] == -7.0f);  // the lower half of byte 0
    CHECK(q4_0[16] == 8.0f);  // its upper half
    CHECK(q4_0[1] == 8.0f);
    CHECK(std::signbit(q4_0[17]));  // 0 times a scale below 0
    CHECK(q4_0[17] == 0.0f);
    const auto q4_1 = values_of(BlockQ4_1{.scale = {0x3800}, .least = {0x4200}, .quants = {0x0f, 0xf1}});
    CHECK(q4_1[0] == 10.5f);
    CHECK(q4_1[16] == 3.0f);
    CHECK(q4_1[1] == 3.5f);
    CHECK(q4_1[17] == 10.5f);
    CHECK(q4_1[31] == 3.0f);
}

TEST_CASE("all numbers of 4 bits with all scales") {
    for_each_finite([](Float16 scale) {
        const auto values = values_of(BlockQ4_0{.scale = scale, .quants = all_of_four_bits()});
        for (int i = 0; i < 16; ++i) {
            REQUIRE(is_nearest(values[static_cast<std::size_t>(i)], (i - 8) * value_of(scale)));
            REQUIRE(is_nearest(values[static_cast<std::size_t>(i + 16)], (7 - i) * value_of(scale)));
        }
    });
    for_each_finite(
        [](Float16 scale) {
            for_each_finite(
                [&](Float16 least) {
                    const auto values =
                        values_of(BlockQ4_1{.scale = scale, .least = least, .quants = all_of_four_bits()});
                    bool same = true;
                    for (int i = 0; i < 16; ++i) {
                        // In 53 bits product and sum are exact.
                        same = same &&
                               is_nearest(values[static_cast<std::size_t>(i)], i * value_of(scale) + value_of(least)) &&
                               is_nearest(values[static_cast<std::size_t>(i + 16)],
                                          (15 - i) * value_of(scale) + value_of(least));
                    }
                    REQUIRE(same);
                },
                397);
        },
        101);
}

TEST_CASE("all numbers of 8 bits with all scales") {
    for_each_finite(
        [](Float16 scale) {
            for (int first = -128; first < 128; first += 32) {
                BlockQ8_0 block{.scale = scale, .quants = {}};
                for (int i = 0; i < 32; ++i)
                    block.quants[static_cast<std::size_t>(i)] = static_cast<std::int8_t>(first + i);
                const auto values = values_of(block);
                bool same = true;
                for (int i = 0; i < 32; ++i)
                    same = same && is_nearest(values[static_cast<std::size_t>(i)], (first + i) * value_of(scale));
                REQUIRE(same);
            }
        },
        7);
}

TEST_CASE("scales that are no numbers stay what they are") {
    const auto infinite = values_of(BlockQ8_0{.scale = {0xfc00}, .quants = {1, -1, 0}});
    CHECK(infinite[0] == -INFINITY);
    CHECK(infinite[1] == INFINITY);
    CHECK(std::isnan(infinite[2]));
    CHECK(std::isnan(values_of(BlockQ4_0{.scale = {0x7e00}, .quants = {}})[5]));
    CHECK(std::isnan(values_of(BlockQ4_1{.scale = {0x3c00}, .least = {0x7e00}, .quants = {}})[5]));
}

namespace {

struct BytesOf {
    const void* block;

    template <class Number>
    Number at(std::size_t begin) const {
        Number number;
        std::memcpy(&number, static_cast<const char*>(block) + begin, sizeof number);
        return number;
    }
};

template <class Block>
void check_single_values(const Block& block) {
    const auto values = values_of(block);
    for (std::size_t i = 0; i < 32; ++i)
        REQUIRE(std::bit_cast<std::uint32_t>(Block::value(BytesOf{&block}, i)) ==
                std::bit_cast<std::uint32_t>(values[i]));
}

}  // namespace

TEST_CASE("issue 18: a value alone has the bits that it has among all of its block") {
    for_each_finite(
        [](Float16 scale) {
            check_single_values(BlockQ4_0{.scale = scale, .quants = all_of_four_bits()});
            check_single_values(BlockQ4_1{.scale = scale, .least = {0x3555}, .quants = all_of_four_bits()});
            BlockQ8_0 block{.scale = scale, .quants = {}};
            for (int i = 0; i < 32; ++i)
                block.quants[static_cast<std::size_t>(i)] = static_cast<std::int8_t>(i * 8 - 128);
            check_single_values(block);
        },
        37);
}
