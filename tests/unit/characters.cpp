// Characters as tokens, and a tokenizer's files.
#include "genotype/text/tokenizer/characters.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "genotype/text/tokenizer/save_tokenizer.hpp"
#include "genotype/text/tokenizer/tokenizer_file.hpp"
#include "support/temporary_folder.hpp"

using namespace genotype;

namespace {
using Ids = std::vector<TokenId>;
}

TEST_CASE("characters are numbered in their order") {
    const Tokenizer tokenizer = character_tokenizer("hello\nworld");
    CHECK(tokenizer.size() == 8);  // \n d e h l o r w
    CHECK(tokenizer.encode("hello\nworld") == Ids{3, 2, 4, 4, 5, 0, 7, 5, 6, 4, 1});
    CHECK(tokenizer.decode(Ids{7, 5, 6, 1}) == "word");
    CHECK_THROWS_WITH_AS(tokenizer.encode("help"),
                         "text: byte 112: found no token for it, expected a byte that the vocabulary has (or "
                         "UnknownBytes::skip)",
                         Error);
}

TEST_CASE("characters of several bytes are one token each") {
    const std::string text = "Zoë’s naïve 漢字 😀, «oui» €5 é漢";
    const Tokenizer tokenizer = character_tokenizer(text);
    const Ids ids = tokenizer.encode(text);
    CHECK(ids.size() == 29);
    CHECK(tokenizer.decode(ids) == text);
    CHECK(tokenizer.decode(Ids{ids[2]}) == "ë");
    CHECK(tokenizer.encode("’😀") == Ids{ids[3], ids[15]});
    // Sorted by code point: Z comes before o, which comes before ë.
    CHECK((ids[0] < ids[1] && ids[1] < ids[2] && ids[2] < ids[3]));
    CHECK(ids[3] < ids[12]);
    CHECK(ids[12] < ids[15]);
}

TEST_CASE("what is no text has no characters") {
    CHECK_THROWS_WITH_AS(character_tokenizer(""), "text: characters: found none, expected one at least", Error);
    CHECK_THROWS_WITH_AS(character_tokenizer("ab\xff"), "text: byte 2: found something else, expected UTF-8", Error);
}

TEST_CASE("a tokenizer is read back as it was") {
    TemporaryFolder folder;
    for (const std::string text : {"First Citizen:\n\"Before\" we\tproceed\\", "naïve 漢字 😀"}) {
        const Tokenizer tokenizer = character_tokenizer(text);
        save_tokenizer(tokenizer, folder.path());
        const Tokenizer read = load_tokenizer(folder.path());
        CHECK(read.parts().tokens == tokenizer.parts().tokens);
        CHECK(read.parts().merges == tokenizer.parts().merges);
        CHECK(read.encode(text) == tokenizer.encode(text));
    }
    TokenizerParts parts = character_tokenizer("ab").parts();
    parts.prefix = {0};
    CHECK_THROWS_WITH_AS(save_tokenizer(Tokenizer(parts), folder.path()),
                         "tokenizer: prefix and suffix: found another, expected none, to be vocab.json and merges.txt",
                         Error);
}
