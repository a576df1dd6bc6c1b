// From text to ids and back, with a vocabulary of a few words.
#include "genotype/text/tokenizer/tokenizer.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "support/small_tokenizer.hpp"
#include "support/temporary_folder.hpp"

using namespace genotype;
using Ids = std::vector<TokenId>;

TEST_CASE("words become tokens, and tokens words") {
    const Tokenizer tokenizer(small_parts());
    CHECK(tokenizer.size() == 256 + 12);
    const Ids hello = tokenizer.encode("hello world");
    CHECK(hello == Ids{259, 264});
    CHECK(tokenizer.decode(hello) == "hello world");
    CHECK(tokenizer.token(264) == "Ġworld");
    CHECK(tokenizer.token_bytes(264) == " world");
    CHECK(tokenizer.id("Ġworld") == 264);
    CHECK_FALSE(tokenizer.id(" world").has_value());
    CHECK(tokenizer.encode("hellos") == Ids{259, 's'});
    CHECK(tokenizer.encode("").empty());
    CHECK(tokenizer.decode({}).empty());
}

TEST_CASE("every byte that UTF-8 has comes back") {
    const Tokenizer tokenizer(small_parts());
    std::string all;
    for (unsigned point : {0u, 1u, 9u, 10u, 13u, 27u, 127u}) all += static_cast<char>(point);
    all +=
        "é ſ ß 中文 かな العربية हिन्दी 👩‍👩‍👧‍👦 \xc2\x85 \xe2\x80\x83 "
        "\xf4\x8f\xbf\xbf";
    CHECK(tokenizer.decode(tokenizer.encode(all)) == all);
    for (int byte = 0; byte < 128; ++byte) {
        const std::string one(1, static_cast<char>(byte));
        CHECK(tokenizer.encode(one) == Ids{byte});
        CHECK(tokenizer.decode(tokenizer.encode(one)) == one);
    }
}

TEST_CASE("bytes that are no UTF-8 are refused, and replaced where they come from tokens") {
    const Tokenizer tokenizer(small_parts());
    CHECK(
        contains(error_of([&] { tokenizer.encode("ab\xff"); }), "text: byte 2: found something else, expected UTF-8"));
    CHECK(contains(error_of([&] { tokenizer.encode("ab\xe2\x82"); }), "byte 2"));
    CHECK(tokenizer.encode(replace_invalid_utf8("\xff")) == tokenizer.encode("\xef\xbf\xbd"));
    CHECK(tokenizer.decode(Ids{'a', 0xe2, 0x82, 'b', 0xff}) ==
          "a\xef\xbf\xbd"
          "b\xef\xbf\xbd");
    CHECK(tokenizer.decode(Ids{0xe2, 0x82, 0xac}) == "€");
}

TEST_CASE("added tokens are found first, the longest of those that begin at one place") {
    TokenizerParts parts = small_parts();
    const TokenId end = add(parts, "<|end|>"), longer = add(parts, "<|end|>>"),
                  name = add(parts, "hello w", {.special = false}), late = add(parts, "<|", {.normalized = true});
    parts.prefix = {end};
    parts.suffix = {longer, end};
    const Tokenizer tokenizer(parts);
    const EncodeOptions plain{.add_special_tokens = false};
    CHECK(tokenizer.encode("<|end|>>a<|end|>", plain) == Ids{longer, 'a', end});
    CHECK(tokenizer.encode("hello world", plain) == Ids{name, 261, 263});
    CHECK(tokenizer.encode("<|end|<|end|>", plain) == Ids{late, 'e', 'n', 'd', '|', end});
    CHECK(tokenizer.encode("a") == Ids{end, 'a', longer, end});
    CHECK(tokenizer.decode(tokenizer.encode("a<|end|>")) == "a");
    CHECK(tokenizer.decode(tokenizer.encode("a<|end|>", plain), {.skip_special_tokens = false}) == "a<|end|>");
    CHECK(tokenizer.is_special(end));
    CHECK_FALSE(tokenizer.is_special(name));
}

TEST_CASE("a token that merges do not lead to is reached where they are ignored, unless it is only an added one") {
    TokenizerParts parts = small_parts();
    parts.tokens.push_back("held");
    const TokenId word = 268;
    CHECK(Tokenizer(parts).encode("held") == Ids{256, 263});
    parts.ignore_merges = true;
    CHECK(Tokenizer(parts).encode("held") == Ids{word});
    add(parts, "Ġx", {.in_model = false});
    CHECK(Tokenizer(parts).encode(" x") == Ids{' ', 'x'});
}

TEST_CASE("wrong parts are errors that name them") {
    const auto error = [](auto change) {
        TokenizerParts parts = small_parts();
        change(parts);
        return error_of([&] { Tokenizer(parts, "here"); });
    };
    using Parts = TokenizerParts;
    CHECK(error([](Parts&) {}) == "no error");
    CHECK(contains(error([](Parts& p) { p.tokens[300 - 33] = "he"; }), "here: token \"he\": found ids 256 and 267"));
    CHECK(contains(error([](Parts& p) { p.merges.push_back("q z"); }),
                   "here: merge 12: found \"q z\", expected a token for \"qz\""));
    CHECK(contains(error([](Parts& p) { p.merges.push_back("qq z"); }), "expected a token for \"qq\""));
    CHECK(contains(error([](Parts& p) { p.merges.push_back("h e"); }),
                   "merge 12: found \"h e\", expected each merge once"));
    CHECK(contains(error([](Parts& p) { p.merges[3] = "hello"; }), "merge 3"));
    CHECK(contains(error([](Parts& p) { p.merges[3] = "h e l"; }), "expected two tokens with one space"));
    CHECK(contains(error([](Parts& p) { p.added = {{.id = 268}}; }), "here: added token: found id 268"));
    CHECK(contains(error([](Parts& p) { p.prefix = {-1}; }), "here: prefix: found id -1"));
    CHECK(contains(error([](Parts& p) { p.suffix = {268}; }), "here: suffix: found id 268"));
    CHECK(contains(error([](Parts& p) { p = {}; }), "here: tokens: found 0"));
}

TEST_CASE("issue 17.3: ids of no token have no text; their names are errors, and so are negative ids") {
    TokenizerParts parts = small_parts();
    parts.tokens['z'].clear();
    const Tokenizer tokenizer(parts);
    for (const TokenId id : {268, 50303, std::numeric_limits<TokenId>::max(), int{'z'}}) {
        CHECK(tokenizer.decode(Ids{'a', id, 'b'}) == "ab");
        CHECK(tokenizer.decode(Ids{id}, {.skip_special_tokens = false}).empty());
        CHECK(tokenizer.token_bytes(id).empty());
        CHECK_FALSE(tokenizer.is_special(id));
        CHECK(contains(error_of([&] { tokenizer.token(id); }),
                       "token id: found " + std::to_string(id) + ", expected one of its tokens, 0 to 267"));
    }
    CHECK(tokenizer.decode(Ids{0xe2, 0x82, 268, 0xac}) == "€");
    for (const DecodeOptions options : {DecodeOptions{}, DecodeOptions{.skip_special_tokens = false}})
        CHECK(contains(error_of([&] {
                           tokenizer.decode(Ids{'a', -1}, options);
                       }),
                       "token id: found -1, expected one of its tokens, 0 to 267"));
}

TEST_CASE("bytes without a token are errors unless they are skipped") {
    TokenizerParts parts = small_parts();
    parts.tokens['z'].clear();
    const Tokenizer tokenizer(parts);
    CHECK(contains(error_of([&] { tokenizer.encode("az"); }), "text: byte 122: found no token for it"));
    CHECK(tokenizer.encode("azb", {.unknown_bytes = UnknownBytes::skip}) == Ids{'a', 'b'});
}

TEST_CASE("copies are apart, and threads share one") {
    std::vector<Tokenizer> copies(1, Tokenizer(small_parts()));
    for (int time = 0; time < 3; ++time) copies.push_back(copies.back());
    copies.erase(copies.begin());
    const Tokenizer& tokenizer = copies.front();
    std::vector<Ids> results(4);
    std::vector<std::thread> threads;
    for (Ids& result : results)
        threads.emplace_back([&] {
            for (int time = 0; time < 100; ++time) result = tokenizer.encode("hello world " + std::string(200, 'a'));
        });
    for (std::thread& thread : threads) thread.join();
    for (const Ids& result : results) CHECK(result == results[0]);
    CHECK(results[0].size() == 3 + 50);
}
