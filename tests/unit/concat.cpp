// Texts and whole numbers put together, and a double read from its text.
#include <doctest/doctest.h>

#include <bit>
#include <charconv>
#include <clocale>
#include <cstdint>
#include <limits>
#include <random>
#include <string>

#include "genotype/files/read_double.hpp"
#include "genotype/shape/concat_text.hpp"
#include "genotype/shape/error.hpp"

using namespace genotype;
using detail::concat;

TEST_CASE("texts of every kind") {
    const std::string text = "text";
    CHECK(concat() == "");
    CHECK(concat("") == "");
    CHECK(concat("a ", text, std::string_view(" view"), '!') == "a text view!");
    CHECK(concat(std::string(1000, 'x'), "y") == std::string(1000, 'x') + "y");
}

TEST_CASE("whole numbers of every kind") {
    CHECK(concat(0, " ", -1, " ", 10, " ", 1234567890) == "0 -1 10 1234567890");
    CHECK(concat(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
    CHECK(concat(std::numeric_limits<std::int64_t>::max()) == "9223372036854775807");
    CHECK(concat(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
    CHECK(concat(std::uint8_t{65}, " ", std::int8_t{-128}, " ", std::int16_t{-1}) == "65 -128 -1");
}

TEST_CASE("an error takes both") {
    try {
        fail(std::string("where"), "field", -2, 3u);
    } catch (const Error& error) {
        CHECK(std::string(error.what()) == "where: field: found -2, expected 3");
    }
}

TEST_CASE("a double is read from its shortest text to the bit, also in a locale with a decimal comma") {
    const std::string before = std::setlocale(LC_ALL, nullptr);
    const bool has_comma = std::setlocale(LC_ALL, "de_DE.UTF-8") || std::setlocale(LC_ALL, "fr_FR.UTF-8");
    INFO("a locale with a comma: ", has_comma);
    std::mt19937_64 random(1);
    for (int n = 0; n < 3000; ++n) {
        // Of all sizes; the first hundred are subnormal, then come some that no float holds.
        const double value = n == 0   ? std::numeric_limits<double>::infinity()
                             : n == 1 ? -std::numeric_limits<double>::max()
                             : n == 2 ? -0.0
                                      : std::bit_cast<double>(random() >> (n < 100 ? 13 : 2));
        char text[32];
        const std::string_view shortest(text, std::to_chars(text, text + sizeof text, value).ptr);
        const auto read = detail::read_double(shortest);
        CHECK((read && std::bit_cast<std::uint64_t>(*read) == std::bit_cast<std::uint64_t>(value)));
    }
    CHECK(detail::read_double("1.5 and more") == 1.5);
    CHECK(detail::read_double("0x10") == 0.);
    for (const char* none : {"", "x", "-", "+1", " 1", "1e400", ",5"}) CHECK_FALSE(detail::read_double(none));
    std::setlocale(LC_ALL, before.c_str());
}
