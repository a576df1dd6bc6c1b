// NFC as `tokenizers` 0.23 has it.
#include "genotype/text/tokenizer/nfc.hpp"

#include <doctest/doctest.h>

#include <string>

using genotype::detail::Nfc;

namespace {

std::string nfc(const std::string& text) {
    static const Nfc form;
    std::string memory;
    return std::string(form(text, memory));
}

}  // namespace

TEST_CASE("a letter and its accents become one character, where there is one") {
    CHECK(nfc("plain, \u00e4\u00df\u0259") == "plain, \u00e4\u00df\u0259");
    CHECK(nfc("e\u0301") == "\u00e9");
    CHECK(nfc("s\u0307\u0323") == "\u1e69");  // in either order
    CHECK(nfc("s\u0323\u0307") == "\u1e69");
    CHECK(nfc("q\u0307\u0323") == "q\u0323\u0307");
    CHECK(nfc("a\u0334\u0301") == "\u00e1\u0334");  // past a mark of another class
    CHECK(nfc("a\u0315\u0300\u0301") == "\u00e0\u0301\u0315");
    CHECK(nfc("a\u0305\u0301") == "a\u0305\u0301");  // not past one of its own
    CHECK(nfc("\u0301a") == "\u0301a");
    CHECK(nfc("a \u0301") == "a \u0301");
    CHECK(nfc("\u00e9\u0301 e") == "\u00e9\u0301 e");
}

TEST_CASE("characters that stand for others, that are taken apart alone, and syllables") {
    CHECK(nfc("\u212b\u2126\uf900\U0002f800") == "\u00c5\u03a9\u8c48\u4e3d");
    CHECK(nfc("\u0958\ufb2c") == "\u0915\u093c\u05e9\u05bc\u05c1");
    CHECK(nfc("\u1100\u1161") == "\uac00");
    CHECK(nfc("\u1100\u1161\u11a8") == "\uac01");
    CHECK(nfc("\uac00\u11a8") == "\uac01");
    CHECK(nfc("\uac01\u11a8") == "\uac01\u11a8");
    CHECK(nfc("\u1161\uac00") == "\u1161\uac00");
    CHECK(nfc("\U0001d15e") == "\U0001d157\U0001d165");
}

TEST_CASE("marks that came after Unicode 9.0 keep their place") {
    CHECK(nfc("a\u1df9\u0323") == "a\u1df9\u0323");
    CHECK(nfc("a\u1df5\u0323") == "\u1ea1\u1df5");  // which was there
}

TEST_CASE("a long row of marks takes no long time") {
    std::string text = "a";
    for (int n = 0; n < 200'000; ++n) text += n % 2 == 0 ? "\u0301" : "\u0323";
    const std::string form = nfc(text);
    CHECK(form.size() == text.size() - 1 - 2 + 3);  // a with both as one character of three bytes
    CHECK(form.starts_with("\u1ea1\u0323"));
}
