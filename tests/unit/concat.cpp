// Texts and whole numbers put together.
#include <doctest/doctest.h>

#include <cstdint>
#include <limits>

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
