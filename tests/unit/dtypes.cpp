// Numbers of other types as float32, to the bit.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "genotype/io/stored_number.hpp"

using namespace genotype;
using detail::AsBF16;
using detail::AsF16;
using detail::AsF64;

namespace {

std::uint32_t bits(float value) {
    return std::bit_cast<std::uint32_t>(value);
}

}  // namespace

TEST_CASE("F16") {
    struct Case {
        std::uint16_t half;
        std::uint32_t single;
    };
    for (const Case& known : {Case{0x0000, 0x00000000},
                              {0x8000, 0x80000000},  // zeros
                              {0x3c00, 0x3f800000},
                              {0xc000, 0xc0000000},  // 1, -2
                              {0x3555, 0x3eaaa000},
                              {0x7bff, 0x477fe000},  // about 1/3, 65504
                              {0x0400, 0x38800000},
                              {0x03ff, 0x387fc000},  // 2^-14, the largest subnormal
                              {0x0001, 0x33800000},
                              {0x8001, 0xb3800000},  // 2^-24
                              {0x0200, 0x38000000},
                              {0x0003, 0x34400000},  // 2^-15, 3 * 2^-24
                              {0x7c00, 0x7f800000},
                              {0xfc00, 0xff800000},  // infinities
                              {0x7e00, 0x7fc00000},
                              {0xfe01, 0xffc02000},
                              {0x7c01, 0x7f802000}}) {  // no numbers
        CAPTURE(known.half);
        CHECK(bits(AsF16::value(known.half)) == known.single);
    }
    for (unsigned half = 0; half < 0x7c00; ++half) {  // all finite ones, by the definition
        const int exponent = static_cast<int>(half >> 10), fraction = static_cast<int>(half & 0x3ff);
        const float value = exponent == 0 ? std::ldexp(static_cast<float>(fraction), -24)
                                          : std::ldexp(static_cast<float>(1024 + fraction), exponent - 25);
        REQUIRE(AsF16::value(static_cast<std::uint16_t>(half)) == value);
        REQUIRE(AsF16::value(static_cast<std::uint16_t>(half | 0x8000)) == -value);
    }
}

TEST_CASE("BF16 is the upper half of a float32") {
    for (unsigned upper = 0; upper < 0x10000; ++upper)
        REQUIRE(bits(AsBF16::value(static_cast<std::uint16_t>(upper))) == upper << 16);
    CHECK(AsBF16::value(0x3f80) == 1.0f);
    CHECK(bits(AsBF16::value(0x0001)) == 0x00010000);  // subnormal
    CHECK(std::isnan(AsBF16::value(0x7fc1)));
    CHECK(AsBF16::value(0xff80) == -std::numeric_limits<float>::infinity());
}

TEST_CASE("F64 is rounded to the nearest, ties to even") {
    CHECK(bits(AsF64::value(-0.0)) == 0x80000000);
    CHECK(AsF64::value(0.1) == 0.1f);
    CHECK(AsF64::value(1 + 0x1p-24) == 1.0f);
    CHECK(AsF64::value(1 + 0x3p-24) == 1 + 0x1p-22f);
    CHECK(AsF64::value(1 + 0x1p-24 + 0x1p-50) == 1 + 0x1p-23f);
    CHECK(bits(AsF64::value(0x1p-149)) == 1);
    CHECK(bits(AsF64::value(0x1p-150)) == 0);
    CHECK(AsF64::value(1e39) == std::numeric_limits<float>::infinity());
    CHECK(std::isnan(AsF64::value(std::numeric_limits<double>::quiet_NaN())));
}

TEST_CASE("names and sizes") {
    for (const StorageType type :
         {StorageType::BOOL, StorageType::U8, StorageType::I8, StorageType::F8_E4M3, StorageType::F8_E5M2,
          StorageType::I16, StorageType::U16, StorageType::F16, StorageType::BF16, StorageType::I32, StorageType::U32,
          StorageType::F32, StorageType::F64, StorageType::I64, StorageType::U64})
        CHECK(storage_type_of_name(storage_name(type)) == type);
    CHECK(storage_name(StorageType::F8_E5M2) == "F8_E5M2");
    CHECK(storage_name(StorageType::U64) == "U64");
    CHECK(storage_bytes(StorageType::BOOL) == 1);
    CHECK(storage_bytes(StorageType::BF16) == 2);
    CHECK(storage_bytes(StorageType::F32) == 4);
    CHECK(storage_bytes(StorageType::I64) == 8);
    CHECK(storage_name(StorageType::Q4_1) == "Q4_1");
    CHECK(storage_bits(StorageType::F6_E2M3) == 6);
    CHECK(storage_bits(StorageType::Q8_0) == 0);
    CHECK(!storage_type_of_name("Q8_0"));  // no type of safetensors
    CHECK(!storage_type_of_name("f32"));
    CHECK(!storage_type_of_name(""));
}
