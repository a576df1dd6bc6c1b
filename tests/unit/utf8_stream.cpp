// UTF-8 checked and repaired, whole and in pieces, and the byte-level alphabet.
#include "genotype/text/tokenizer/text_pieces.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "genotype/text/tokenizer/byte_level.hpp"

using namespace genotype;

namespace {

const std::string no = "\xef\xbf\xbd";

// What Python's bytes.decode("utf-8", "replace") makes of them.
const std::vector<std::pair<std::string, std::string>> cases{
    {"", ""},
    {"plain ascii of more than eight bytes", "plain ascii of more than eight bytes"},
    {"é€😀", "é€😀"},
    {"\x80", no},
    {"\xc0\xaf", no + no},
    {"\xc1\xbf", no + no},
    {"\xc3", no},
    {"\xc3(", no + "("},
    {"\xe0\x80\x80", no + no + no},
    {"\xe2\x82", no},
    {"\xe2\x82(", no + "("},
    {"\xe2(\xa1", no + "(" + no},
    {"\xed\xa0\x80", no + no + no},  // a surrogate
    {"\xed\x9f\xbf", "\xed\x9f\xbf"},
    {"\xee\x80\x80", "\xee\x80\x80"},
    {"\xf0\x80\x80\x80", no + no + no + no},
    {"\xf0\x90\x80\x80", "\xf0\x90\x80\x80"},
    {"\xf0\x9f\x98", no},
    {"\xf0\x9f\x98"
     "abcdefgh",
     no + "abcdefgh"},
    {"\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf"},
    {"\xf4\x90\x80\x80", no + no + no + no},
    {"\xf5\xff", no + no},
    {"abcdefgh\xff"
     "abcdefgh",
     "abcdefgh" + no + "abcdefgh"},
    {"\xe2\x82\xe2\x82\xac", no + "€"},
};

}  // namespace

TEST_CASE("what is no UTF-8 is replaced as Python does it") {
    for (const auto& [bytes, text] : cases) {
        CAPTURE(text);
        CHECK(replace_invalid_utf8(bytes) == text);
        CHECK(is_utf8(bytes) == (bytes == text));
        CHECK(is_utf8(text));
    }
}

TEST_CASE("pieces of any length give the same text, and no character late") {
    for (const auto& [bytes, text] : cases) {
        CAPTURE(text);
        for (std::size_t size = 1; size <= bytes.size(); ++size) {
            Utf8Stream stream;
            std::string got;
            for (std::size_t at = 0; at < bytes.size(); at += size) {
                got += stream.push(std::string_view(bytes).substr(at, size));
                CHECK(is_utf8(got));
            }
            CHECK(got + stream.finish() == text);
            CHECK(stream.finish().empty());
        }
    }
    Utf8Stream stream;
    CHECK(stream.push("a\xe2") == "a");
    CHECK(stream.push("\x82").empty());
    CHECK(stream.push("\xac") == "€");
    CHECK(stream.push("\xff") == no);
}

TEST_CASE("each byte has a character of its own that leads back to it") {
    std::set<std::string> characters;
    for (int byte = 0; byte < 256; ++byte) {
        const char letter = static_cast<char>(byte);
        const std::string text = to_byte_level({&letter, 1});
        CHECK(is_utf8(text));
        characters.insert(text);
        CHECK(from_byte_level(text) == std::string(1, letter));
    }
    CHECK(characters.size() == 256);
    CHECK(to_byte_level(" a\n\x7f\xad") == "ĠaĊġŃ");
    for (const char* other : {" ", "a b", "\n", "ń", "中", "\xc4", "\xc4 ", "\xff"})
        CHECK_FALSE(from_byte_level(other));
}
