// Which bytes are UTF-8.
#include "genotype/files/utf8.hpp"

#include <doctest/doctest.h>

#include <string>

using genotype::is_utf8;

namespace {

/// A number as UTF-8 would have it in so many bytes, whether it may or not.
std::string encoded(unsigned code, int bytes) {
    if (bytes == 1) return {static_cast<char>(code)};
    std::string text(static_cast<std::size_t>(bytes), '\0');
    for (int at = bytes - 1; at > 0; --at, code >>= 6)
        text[static_cast<std::size_t>(at)] = static_cast<char>(0x80 | (code & 0x3f));
    constexpr unsigned first[] = {0, 0, 0xc0, 0xe0, 0xf0};
    text[0] = static_cast<char>(first[bytes] | code);
    return text;
}

}  // namespace

TEST_CASE("every code point, in as few bytes as it needs and no more") {
    for (unsigned code = 0; code < 0x200000; code += code < 0x11000 ? 1 : 7) {
        const int needs = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
        const bool is_character = code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
        CAPTURE(code);
        REQUIRE(is_utf8(encoded(code, needs)) == is_character);
        REQUIRE(is_utf8("a" + encoded(code, needs) + "\xc3\xbc") == is_character);
        for (int bytes = needs + 1; bytes <= 4; ++bytes) REQUIRE_FALSE(is_utf8(encoded(code, bytes)));
    }
    CHECK(is_utf8(encoded(0x10ffff, 4)));
    CHECK_FALSE(is_utf8(encoded(0x110000, 4)));
}

TEST_CASE("every pair of bytes, and texts that are cut") {
    for (unsigned first = 0; first < 256; ++first)
        for (unsigned second = 0; second < 256; ++second) {
            const std::string text{static_cast<char>(first), static_cast<char>(second)};
            const bool two = first >= 0xc2 && first < 0xe0 && second >= 0x80 && second < 0xc0;
            REQUIRE(is_utf8(text) == (two || (first < 0x80 && second < 0x80)));
        }
    CHECK(is_utf8(""));
    for (const int bytes : {2, 3, 4})
        for (int cut = 1; cut < bytes; ++cut)
            CHECK_FALSE(is_utf8(encoded(bytes == 2   ? 0x100
                                        : bytes == 3 ? 0x1000
                                                     : 0x10000,
                                        bytes)
                                    .substr(0, static_cast<std::size_t>(cut))));
    CHECK_FALSE(is_utf8("\xe2\x82\x20"));
    CHECK_FALSE(is_utf8("\xf0\x9f\x98\x20"));
    CHECK_FALSE(is_utf8("\xf8\x88\x80\x80\x80"));
}
