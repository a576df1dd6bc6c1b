// Where texts are cut into words: what `tokenizers` 0.23 does with the same rules.
#include "genotype/text/tokenizer/pre_tokenizer.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace genotype;

namespace {

using Words = std::vector<std::string>;

Words words(PreTokenizer rules, const std::string& text) {
    Words found;
    detail::WordPattern(rules).for_each_word(text, [&](std::string_view word) { found.emplace_back(word); });
    return found;
}

}  // namespace

TEST_CASE("GPT-2's rules") {
    const auto cut = [](const std::string& text) { return words(PreTokenizer::gpt2, text); };
    CHECK(cut("").empty());
    CHECK(cut("Hello world") == Words{"Hello", " world"});
    CHECK(cut("it's WE'VE") == Words{"it", "'s", " WE", "'", "VE"});
    CHECK(cut("a1234 567") == Words{"a", "1234", " 567"});
    CHECK(cut("a   b  ") == Words{"a", "  ", " b", "  "});
    CHECK(cut("a\n\nb") == Words{"a", "\n", "\n", "b"});
    CHECK(cut("x+=y;//?") == Words{"x", "+=", "y", ";//?"});
    CHECK(cut("中文 かな") == Words{"中文", " かな"});
}

TEST_CASE("SmolLM's rules: each digit alone, and spaces before one as at a text's end") {
    const auto cut = [](const std::string& text) { return words(PreTokenizer::smollm, text); };
    CHECK(cut("a1234 567") == Words{"a", "1", "2", "3", "4", " ", "5", "6", "7"});
    CHECK(cut("a  7") == Words{"a", "  ", "7"});
    CHECK(cut("a  b") == Words{"a", " ", " b"});
    CHECK(cut("½²") == Words{"½", "²"});
}

TEST_CASE("Llama 3's rules: three digits, signs before letters, lines' ends with what is before them") {
    const auto cut = [](const std::string& text) { return words(PreTokenizer::llama3, text); };
    CHECK(cut("it's WE'VE a'ſ") == Words{"it", "'s", " WE", "'VE", " a", "'ſ"});
    CHECK(cut("12345") == Words{"123", "45"});
    CHECK(cut("(a) .\n\n b") == Words{"(a", ")", " .\n\n", " b"});
    CHECK(cut("a \n\n  b") == Words{"a", " \n\n", " ", " b"});
}

TEST_CASE("spaces, letters and digits are Unicode 16's, whatever PCRE2 has") {
    CHECK(words(PreTokenizer::gpt2, "\u2003\u3000\u0085x").size() == 3);
    CHECK(words(PreTokenizer::gpt2, "!\u180e!").size() == 1);            // no space, for twelve years
    CHECK(words(PreTokenizer::gpt2, "a\U00031350\ua7cba").size() == 1);  // letters of 15.0 and 16.0
    CHECK(words(PreTokenizer::gpt2, "1\U0001e4f01").size() == 1);        // a digit of 15.0
    CHECK(words(PreTokenizer::smollm, "!\U00011de0!").size() == 3);      // one of 17.0
    CHECK(words(PreTokenizer::gpt2, "!\U00011de0!").size() == 1);
}

TEST_CASE("long words and long spaces take no stack") {
    for (const PreTokenizer rules : {PreTokenizer::gpt2, PreTokenizer::smollm, PreTokenizer::llama3}) {
        const std::size_t many = 300'000;
        CHECK(words(rules, std::string(many, 'a')).size() == 1);
        CHECK(words(rules, std::string(many, '=')).size() == 1);
        CHECK(words(rules, std::string(many, ' ')).size() == 1);
        CHECK(words(rules, std::string(many, ' ') + "x").size() == 2);
    }
}
