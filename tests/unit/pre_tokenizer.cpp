// Where texts are cut into words: what `tokenizers` 0.23 does with the same rules.
#include "genotype/text/tokenizer/pre_tokenizer.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/temporary_folder.hpp"

using namespace genotype;

namespace {

using Words = std::vector<std::string>;

Words words(PreTokenizer rules, const std::string& text) {
    Words found;
    detail::WordCuts(rules, {}, "rules").for_each_word(text, [&](std::string_view word) { found.emplace_back(word); });
    return found;
}
Words words(const std::vector<TextSplit>& splits, const std::string& text) {
    Words found;
    detail::WordCuts(PreTokenizer::splits, splits, "rules").for_each_word(text, [&](std::string_view word) {
        found.emplace_back(word);
    });
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

TEST_CASE("Qwen2's rules: each digit apart, or else Llama 3's") {
    const auto cut = [](const std::string& text) { return words(PreTokenizer::qwen2, text); };
    CHECK(cut("it's WE'VE") == Words{"it", "'s", " WE", "'VE"});
    CHECK(cut("a1234 5") == Words{"a", "1", "2", "3", "4", " ", "5"});
    CHECK(cut("(a) .\n\n b") == Words{"(a", ")", " .\n\n", " b"});
}

TEST_CASE("cuts of a tokenizer's own: matches, what is between, or both; one after the other") {
    CHECK(words(std::vector<TextSplit>{}, "a b") == Words{"a b"});
    CHECK(words({{"b+"}}, "abba b") == Words{"a", "bb", "a ", "b"});
    CHECK(words({{"b+", false, true}}, "abba b") == Words{"a", "a "});
    CHECK(words({{"b+", true, false}}, "abba b") == Words{"bb", "b"});
    CHECK(words({{R"(\d{1,2})"}, {R"([\p{Lu}x-z]\p{Ll}*| (?=A))"}}, "Ab123 Ayz") == Words{"Ab", "12", "3", " ", "Ayz"});
    CHECK(words({{"[^\\n]\\n|."}}, "a\nb\n\n") == Words{"a\n", "b\n", "\n"});
    CHECK(words({{"(?i:ab)++"}}, "") == Words{});
    CHECK(words({{"(?:ab|c)?+d|(?>x*)y|\\x{e4}"}}, "abdxxyä") == Words{"abd", "xxy", "ä"});
}

TEST_CASE("issue 21: what is not known to mean the same in both libraries is refused, and which part it is") {
    const auto refusal = [](const char* pattern) { return error_of([&] { words({{pattern}}, "a"); }); };
    CHECK(refusal(R"(a|\bc)") ==
          R"(rules: expression "a|\bc": found "\b", expected what Oniguruma and PCRE2 take alike: classes (\s, \d, )"
          R"(\p{L} ...), groups, repetitions)");
    for (const auto& [pattern, part] :
         std::vector<std::pair<const char*, const char*>>{{R"(\w+)", R"(\w)"},
                                                          {R"(\p{Han}+)", R"(\p{Han})"},
                                                          {R"([[:alpha:]])", "["},
                                                          {R"([a&&b])", "&&"},
                                                          {R"([a\S])", R"(\S)"},
                                                          {R"([\P{L}])", R"(\P{L})"},
                                                          {"^a", "^"},
                                                          {"a$", "$"},
                                                          {R"(\p{N}{1,3}+)", "{1,3}+"},
                                                          {"a{,3}", "{,3}"},
                                                          {"a{2}?", "{2}?"},
                                                          {"(?<=a)b", "(?<="},
                                                          {"(?i)a", "(?i)"},
                                                          {R"(\x41)", R"(\x)"},
                                                          {"[]a]", "[]"},
                                                          {R"(a\h)", R"(\h)"},
                                                          {R"(\1)", R"(\1)"},
                                                          {"[a", "a class without its end"}}) {
        CAPTURE(pattern);
        CHECK(refusal(pattern).find(std::string("found \"") + part + "\", expected what") != std::string::npos);
    }
    CHECK(refusal("a*").find("found one that nothing matches, too, expected one whose matches have") !=
          std::string::npos);
    CHECK(refusal("(a").find("expected one that PCRE2 compiles") != std::string::npos);
    CHECK(error_of([] { detail::WordCuts(PreTokenizer::gpt2, {{"a"}}, "rules"); }) ==
          "rules: splits: found 1, expected none, beside rules with a name");
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
    for (const PreTokenizer rules :
         {PreTokenizer::gpt2, PreTokenizer::smollm, PreTokenizer::llama3, PreTokenizer::qwen2}) {
        const std::size_t many = 300'000;
        CHECK(words(rules, std::string(many, 'a')).size() == 1);
        CHECK(words(rules, std::string(many, '=')).size() == 1);
        CHECK(words(rules, std::string(many, ' ')).size() == 1);
        CHECK(words(rules, std::string(many, ' ') + "x").size() == 2);
    }
    CHECK(words({{"(?:a|b)+"}}, std::string(300'000, 'a')).size() == 1);
}
