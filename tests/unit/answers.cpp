// Answers that are types: what JSON may come, byte by byte and token by token.
#include <doctest/doctest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "genotype/text/generation/generate_answer.hpp"
#include "support/end_tokenizer.hpp"
#include "support/fake_language_model.hpp"
#include "support/temporary_folder.hpp"

using namespace genotype;

namespace answers {

struct Place {
    std::optional<std::int8_t> floor;
    double height;
};
struct Person {
    std::string name;
    unsigned age;
    std::vector<std::string> hobbies;
    std::optional<Place> home;
    bool is_student;
    std::vector<std::vector<int>> table;
};
struct OneText {
    std::string text;
};

}  // namespace answers

namespace {

using namespace answers;

/// Whether this is all of an answer; or how many of its bytes may come.
template <class T>
std::string judged(const std::string& text, const AnswerLimits& limits = {}) {
    const typed::JsonShape shape = typed::shape_of<T>(limits);
    typed::JsonMachine machine(shape);
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (machine.is_done()) return "done after " + std::to_string(at);
        if (!machine.step(static_cast<unsigned char>(text[at]))) return "not byte " + std::to_string(at);
    }
    return machine.is_done() ? "whole" : "more";
}

/// A person in JSON with some parts replaced.
std::string person(const std::string& age, const std::string& hobbies = "[]", const std::string& home = "null",
                   const std::string& table = "[]") {
    return R"({"name": "A", "age": )" + age + R"(, "hobbies": )" + hobbies + R"(, "home": )" + home +
           R"(, "is_student": true, "table": )" + table + "}";
}

}  // namespace

TEST_CASE("the JSON of a struct, and no other") {
    CHECK(judged<Person>(person("0")) == "whole");
    CHECK(judged<Person>(person("4294967295", R"(["a", "b\n\u00e9"])", R"({"floor": -128, "height": -0.5})",
                                "[[1, -2147483648], []]")) == "whole");
    for (const std::string& other : {person("4294967296"),
                                     person("-1"),
                                     person("01"),
                                     person("1.5"),
                                     person("null"),
                                     person("1", "[1]"),
                                     person("1", "[,]"),
                                     person("1", R"(["a",])"),
                                     person("1", R"(["a","b"])"),
                                     person("1", "[]", R"({"floor": 128, "height": 0})"),
                                     person("1", "[]", R"({"floor": -0, "height": 0})"),
                                     person("1", "[]", R"({"height": 0})"),
                                     person("1", "[]", R"({"floor": 1, "height": 1.})"),
                                     person("1", "[]", R"({"floor": 1, "height": .5})"),
                                     person("1", "[]", R"({"floor": 1, "height": 1e5})"),
                                     person("1", "[]", "nul"),
                                     person("1", "[]", "null", "[[1,2]]"),
                                     std::string("{ }"),
                                     std::string("[]"),
                                     std::string(" {")})
        CHECK(judged<Person>(other).starts_with("not byte"));
    CHECK(judged<Person>(person("1") + " ") == "done after " + std::to_string(person("1").size()));
    CHECK(judged<Person>(R"({"name": "A", "age": 1)") == "more");
}

TEST_CASE("texts are UTF-8 with JSON's escapes, and have an end") {
    const auto text = [](const std::string& inside, int most = 16) {
        return judged<OneText>("{\"text\": \"" + inside + "\"}", {.text_bytes = most});
    };
    for (const std::string good :
         {"", "a", "\xc3\xa9", "\xf0\x9f\x98\x80", "\\\"\\\\\\/\\b\\n", "\\u00e9\\uabcd", "1234567890123456"})
        CHECK(text(good) == "whole");
    for (const std::string bad : {"\n", "\x7f", "\xff", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                                  "\\x", "\\ud800", "\\uABCD", "12345678901234567", "123456789012345\xc3\xa9"})
        CHECK(text(bad).starts_with("not byte"));
    CHECK(text("\xc3") == "not byte 11");
    CHECK(judged<Person>(person("1", R"(["a", "b"])"), {.items = 2}) == "whole");
    CHECK(judged<Person>(person("1", R"(["a", "b", "c"])"), {.items = 2}).starts_with("not byte"));
}

TEST_CASE("there always is a way to the end that is as short as is said") {
    const typed::JsonShape shape = typed::shape_of<Person>({.text_bytes = 9, .items = 3});
    CHECK(shape.fewest == static_cast<int>(person("0").size()) - 1);  // without the name's letter
    std::uint32_t state = 1;
    for (int walk = 0; walk < 60; ++walk) {
        typed::JsonMachine machine(shape);
        while (!machine.is_done()) {
            const int left = machine.fewest_left();
            std::vector<unsigned char> may;
            int shortest = 1 << 20;
            for (int byte = 0; byte < 256; ++byte) {
                typed::JsonMachine copy = machine;
                if (!copy.step(static_cast<unsigned char>(byte))) continue;
                may.push_back(static_cast<unsigned char>(byte));
                shortest = std::min(shortest, copy.fewest_left());
            }
            REQUIRE(!may.empty());
            REQUIRE(shortest == left - 1);
            state = state * 1664525u + 1013904223u;
            REQUIRE(machine.step(may[(state >> 8) % may.size()]));
        }
        CHECK(machine.fewest_left() == 0);
    }
}

TEST_CASE("a thousand answers of a model without sense are read, however few tokens it has") {
    const Tokenizer tokenizer = end_tokenizer();
    FakeLanguageModel model({.slots = 1, .max_rows = 4, .salt = 9});
    const AnswerTokens tokens(tokenizer, model.vocabulary());
    const std::vector<TokenId> prompt{1, 2, 3, 4, 5, 6};
    const int fewest = typed::shape_of<Person>({}).fewest;
    long hobbies = 0, homes = 0;
    for (int seed = 0; seed < 1000; ++seed) {
        GenerationOptions options{
            .max_new_tokens = fewest + seed % 60, .do_sample = seed % 2 == 0, .seed = static_cast<std::uint64_t>(seed)};
        const Answer<Person> answer =
            generate_answer<Person>(model, tokenizer, tokens, prompt, options, {.text_bytes = 12, .items = 3});
        const nlohmann::json json = nlohmann::json::parse(answer.text.text);
        REQUIRE(json["name"] == answer.value.name);
        REQUIRE(json["age"] == answer.value.age);
        REQUIRE(json["hobbies"] == answer.value.hobbies);
        REQUIRE(json["home"].is_null() == !answer.value.home);
        REQUIRE(json["table"] == answer.value.table);
        REQUIRE(static_cast<int>(answer.text.ids.size()) <= options.max_new_tokens);
        hobbies += static_cast<long>(answer.value.hobbies.size());
        homes += answer.value.home ? 1 : 0;
    }
    CHECK(hobbies > 50);
    CHECK(homes > 50);
    const auto error = [&](const GenerationOptions& options, int vocabulary) {
        const AnswerTokens other(tokenizer, vocabulary);
        return error_of([&] { generate_answer<Person>(model, tokenizer, other, prompt, options); });
    };
    CHECK(contains(error({.max_new_tokens = fewest - 1}, 269), "max_new_tokens: found " + std::to_string(fewest - 1)));
    CHECK(contains(error({.max_new_tokens = 200, .num_beams = 2}, 269), "num_beams: found 2, expected 1"));
    CHECK(contains(error({.max_new_tokens = 200, .stop_strings = {"a"}}, 269), "stop_strings: found 1"));
    CHECK(contains(error({.max_new_tokens = 200}, 200), "vocabulary of the answer's tokens: found 200, expected 269"));
    CHECK(generate<OneText>(model, tokenizer, "a", {.max_new_tokens = 12}).text.empty());
    CHECK(!generate<OneText>(model, tokenizer, "a", {.max_new_tokens = 40}).text.empty());
}
