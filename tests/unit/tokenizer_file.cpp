// Tokenizers from files: what is read, and what is refused because it would change the ids.
#include "genotype/text/tokenizer/tokenizer_file.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/small_tokenizer.hpp"
#include "support/temporary_folder.hpp"

using namespace genotype;
using nlohmann::json;
using Ids = std::vector<TokenId>;

namespace {

json vocabulary_of(const TokenizerParts& parts) {
    json vocabulary;
    for (std::size_t id = 0; id < parts.tokens.size(); ++id) vocabulary[parts.tokens[id]] = id;
    return vocabulary;
}

json byte_level(bool rules) {
    return {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}, {"use_regex", rules}};
}

json added_token(TokenId id, const std::string& content) {
    return {{"id", id},        {"content", content},  {"single_word", false}, {"lstrip", false},
            {"rstrip", false}, {"normalized", false}, {"special", true}};
}

json small_json() {
    const TokenizerParts parts = small_parts();
    return {{"version", "1.0"},
            {"truncation", nullptr},
            {"padding", nullptr},
            {"added_tokens", {added_token(268, "<|end|>")}},
            {"normalizer", nullptr},
            {"pre_tokenizer", byte_level(true)},
            {"post_processor", nullptr},
            {"decoder", byte_level(true)},
            {"model",
             {{"type", "BPE"},
              {"dropout", nullptr},
              {"unk_token", nullptr},
              {"continuing_subword_prefix", ""},
              {"end_of_word_suffix", nullptr},
              {"fuse_unk", false},
              {"byte_fallback", false},
              {"ignore_merges", false},
              {"vocab", vocabulary_of(parts)},
              {"merges", parts.merges}}}};
}

Tokenizer read(const json& description) {
    const std::string text = description.dump();
    return Tokenizer(detail::read_tokenizer_json(text, "t.json"), "t.json");
}

/// The words of the error where `value` stands at `place`.
std::string error_with(const std::string& place, const json& value) {
    json description = small_json();
    description[json::json_pointer(place)] = value;
    return error_of([&] { read(description); });
}

}  // namespace

TEST_CASE("a folder's tokenizer.json comes before GPT-2's two files, and each can be read") {
    TemporaryFolder folder;
    const auto error = [&] { return error_of([&] { load_tokenizer(folder.path()); }); };
    CHECK(contains(error(),
                   "tokenizer: found none of tokenizer.json, vocab.json, merges.txt, expected tokenizer.json, or"));
    CHECK(contains(error_of([&] { load_tokenizer(folder / "no.json"); }), "no.json: file"));
    TokenizerParts parts = small_parts();
    parts.tokens.push_back("<|endoftext|>");
    folder.file("vocab.json", vocabulary_of(parts).dump());
    CHECK(contains(error(), "found vocab.json alone"));
    std::string merges = "#version: 0.2\n";
    for (const std::string& merge : parts.merges) merges += merge + "\n";
    folder.file("merges.txt", merges);
    const Tokenizer two_files = load_tokenizer(folder.path());
    CHECK(two_files.encode("hello world<|endoftext|>") == Ids{259, 264, 268});
    CHECK(two_files.is_special(268));
    folder.file("tokenizer.json", small_json().dump());
    CHECK(load_tokenizer(folder.path()).encode("hello<|end|>") == Ids{259, 268});
    CHECK(load_tokenizer(folder / "tokenizer.json").encode("hello") == Ids{259});
    std::filesystem::remove(folder / "tokenizer.json");
    std::filesystem::remove(folder / "vocab.json");
    CHECK(contains(error(), "found merges.txt alone"));
    folder.file("vocab.json", vocabulary_of(parts).dump());
    folder.file("merges.txt", merges + "h q\n");
    CHECK(contains(error(), "merge 12: found \"h q\", expected a token for \"hq\""));
    folder.file("merges.txt", merges + "\n");
    CHECK(contains(error(), "merge 12: found \"\", expected two tokens"));
    folder.file("merges.txt", merges + "\xff \xff\n");
    CHECK(contains(error(), "merges.txt: text"));
    folder.file("merges.txt", merges);
    folder.file("vocab.json", "[1]");
    CHECK(contains(error(), "vocab.json: vocabulary: found a list, expected an object"));
}

TEST_CASE("rules, merges in both forms, and special tokens around a text") {
    json description = small_json();
    description["pre_tokenizer"] = {
        {"type", "Sequence"}, {"pretokenizers", {{{"type", "Digits"}, {"individual_digits", true}}, byte_level(true)}}};
    CHECK(read(description).parts().pre_tokenizer == PreTokenizer::smollm);
    const json split{{"type", "Split"},
                     {"pattern", {{"Regex", detail::llama3_pattern}}},
                     {"behavior", "Isolated"},
                     {"invert", false}};
    description["pre_tokenizer"]["pretokenizers"] = {split, byte_level(false)};
    CHECK(read(description).parts().pre_tokenizer == PreTokenizer::llama3);
    description["model"]["merges"] = json::array({{"h", "e"}, {"l", "l"}});
    CHECK(read(description).encode("hell") == Ids{256, 257});
    description["model"]["ignore_merges"] = true;
    CHECK(read(description).encode("hell") == Ids{258});
    const json start{{"SpecialToken", {{"id", "<|end|>"}, {"type_id", 0}}}};
    const json text{{"Sequence", {{"id", "A"}, {"type_id", 0}}}};
    const json special{{"<|end|>", {{"id", "<|end|>"}, {"ids", {268}}, {"tokens", {"<|end|>"}}}}};
    description["post_processor"] = {{"type", "Sequence"},
                                     {"processors",
                                      {byte_level(true),
                                       {{"type", "TemplateProcessing"},
                                        {"single", {start, text, start, start}},
                                        {"pair", json::array()},
                                        {"special_tokens", special}}}}};
    CHECK(read(description).encode("h") == Ids{268, 'h', 268, 268});
    CHECK(read(description).encode("h", {.add_special_tokens = false}) == Ids{'h'});
    description["post_processor"]["processors"][1]["single"] = json::array({start});
    CHECK(contains(error_of([&] { read(description); }), "single: found a list, expected the text A, once"));
}

TEST_CASE("what would change the ids is refused by name") {
    CHECK(error_with("/model/fuse_unk", true) == "no error");  // no byte is unknown here
    CHECK(error_with("/model/unk_token", "") == "no error");
    CHECK(error_with("/version", nullptr) == "no error");
    CHECK(contains(error_with("/surplus", 1), "t.json: JSON: found the field \"surplus\""));
    CHECK(contains(error_with("/version", "2.0"), "t.json: version: found \"2.0\", expected 1.0"));
    CHECK(contains(error_with("/normalizer", {{"type", "NFKC"}}),
                   "t.json: normalizer.type: found \"NFKC\", expected NFC"));
    CHECK(contains(error_with("/normalizer", {{"type", "Sequence"}, {"normalizers", {{{"type", "Lowercase"}}}}}),
                   "t.json: normalizer.normalizers[0].type: found \"Lowercase\", expected NFC"));
    CHECK(error_with("/truncation", {{"max_length", 5}}) == "no error");  // a plain call does without
    CHECK(contains(error_with("/truncation", 5), "truncation: found 5, expected an object"));
    CHECK(contains(error_with("/sparkle", 1), "found the field \"sparkle\""));
    CHECK(contains(error_with("/model/sparkle", 1), "model: found the field \"sparkle\""));
    CHECK(contains(error_with("/model/type", "Unigram"), "model.type: found \"Unigram\", expected BPE"));
    CHECK(contains(error_with("/model/dropout", 0.1), "model.dropout: found 0.1"));
    CHECK(contains(error_with("/model/continuing_subword_prefix", "##"),
                   "model.continuing_subword_prefix: found \"##\""));
    CHECK(contains(error_with("/model/end_of_word_suffix", "</w>"), "model.end_of_word_suffix"));
    CHECK(contains(error_with("/pre_tokenizer", nullptr), "pre_tokenizer"));
    CHECK(contains(error_with("/pre_tokenizer/add_prefix_space", nullptr), "add_prefix_space: found nothing"));
    json prefixed = byte_level(true);
    prefixed["add_prefix_space"] = true;
    CHECK(contains(error_with("/pre_tokenizer", {{"type", "Sequence"}, {"pretokenizers", {prefixed}}}),
                   "pretokenizers[0].add_prefix_space: found true, expected false, in a Sequence"));
    CHECK(contains(error_with("/pre_tokenizer/type", "Whitespace"), "expected ByteLevel, as the last step"));
    CHECK(contains(error_with("/decoder/type", "WordPiece"),
                   "decoder: found the type \"WordPiece\", expected ByteLevel"));
    CHECK(contains(error_with("/decoder", nullptr), "decoder"));
    CHECK(contains(error_with("/post_processor", {{"type", "BertProcessing"}}),
                   "post_processor: found the type \"BertProcessing\""));
    CHECK(contains(error_with("/added_tokens/0/single_word", true), "added_tokens[0].single_word: found true"));
    const auto split = [](const json& pattern, const char* behavior) {
        return error_with("/pre_tokenizer",
                          {{"type", "Sequence"},
                           {"pretokenizers",
                            {{{"type", "Split"}, {"pattern", pattern}, {"behavior", behavior}, {"invert", false}},
                             byte_level(false)}}});
    };
    CHECK(split({{"Regex", detail::gpt2_pattern}}, "Isolated") == "no error");
    CHECK(split({{"Regex", "a|b"}}, "Removed") == "no error");
    CHECK(contains(split({{"Regex", "a"}}, "MergedWithNext"),
                   "pretokenizers[0].behavior: found \"MergedWithNext\", expected Isolated or Removed"));
    CHECK(contains(split({{"Regex", R"(a\b)"}}, "Isolated"), R"(t.json: expression "a\b": found "\b", expected what)"));
    CHECK(contains(split({{"String", "a"}}, "Isolated"), "pattern: found the field \"String\""));
    CHECK(contains(error_with("/pre_tokenizer", {{"type", "Sequence"},
                                                 {"pretokenizers", {{{"type", "Punctuation"}}, byte_level(false)}}}),
                   "pretokenizers[0].type: found \"Punctuation\", expected Split or Digits, before ByteLevel"));
}

TEST_CASE("issue 21: spaces that go with an added token") {
    json description = small_json();
    const auto ids = [&](bool lstrip, bool rstrip, const std::string& text) {
        description["added_tokens"][0]["lstrip"] = lstrip;
        description["added_tokens"][0]["rstrip"] = rstrip;
        return read(description).encode(text);
    };
    CHECK(ids(true, false, "h \t<|end|> h") == Ids{'h', 268, ' ', 'h'});
    CHECK(ids(false, true, "h <|end|>\u3000\n h") == Ids{'h', ' ', 268, 'h'});
    CHECK(ids(true, true, " <|end|> <|end|> ") == Ids{268, 268});
    CHECK(ids(true, true, "h\u00a0<|end|>\u180eh").front() == 'h');
    CHECK(ids(true, true, "h\u00a0<|end|>\u180eh").size() == 6);  // U+180E is no space
    description["added_tokens"].push_back(
        {{"id", 269}, {"content", " h"}, {"special", false}, {"normalized", false}, {"lstrip", true}});
    CHECK(ids(false, true, "e<|end|>  h") == Ids{'e', 268, 269});  // which begins with a space that went with the other
}

TEST_CASE("issue 21: cuts of any expression, one after the other, and NFC before them") {
    json description = small_json();
    const auto cuts = [&](const json& steps) {
        description["pre_tokenizer"] = {{"type", "Sequence"}, {"pretokenizers", steps}};
        return read(description);
    };
    const auto split = [](const char* pattern, const char* behavior = "Isolated", bool invert = false) {
        return json{{"type", "Split"}, {"pattern", {{"Regex", pattern}}}, {"behavior", behavior}, {"invert", invert}};
    };
    const std::string qwen2(detail::qwen2_pattern);
    description["normalizer"] = {{"type", "NFC"}};
    const Tokenizer of_qwen2 = cuts({split(qwen2.c_str()), byte_level(false)});
    CHECK(of_qwen2.parts().pre_tokenizer == PreTokenizer::qwen2);
    CHECK(of_qwen2.parts().nfc);
    CHECK(of_qwen2.decode(of_qwen2.encode("e\u0301h<|end|>e\u0301")) == "\u00e9h\u00e9");
    // As it stands, an added token is looked for before; one that is normalised, behind it.
    description["added_tokens"].push_back(
        {{"id", 269}, {"content", "e\u0301"}, {"special", false}, {"normalized", true}});
    description["added_tokens"].push_back(
        {{"id", 270}, {"content", "o\u0301"}, {"special", false}, {"normalized", false}});
    const Tokenizer with_accents = cuts({split(qwen2.c_str()), byte_level(false)});
    CHECK(with_accents.encode("e\u0301\u00e9") == Ids{269, 269});
    CHECK(with_accents.encode("o\u0301\u00f3") == Ids{270, 0xc3, 0xb3});
    description["added_tokens"].erase(2);
    description["added_tokens"].erase(1);
    description["normalizer"] = nullptr;

    const Tokenizer two = cuts({{{"type", "Digits"}, {"individual_digits", false}}, split("h"), byte_level(false)});
    CHECK(two.parts().pre_tokenizer == PreTokenizer::splits);
    CHECK(two.parts().splits.size() == 2);
    CHECK(two.encode("12he") == Ids{'1', '2', 'h', 'e'});  // "he" is one token, and cut
    CHECK(cuts({split("l", "Removed"), byte_level(false)}).encode("hell") == Ids{256});
    CHECK(cuts({split("l+", "Removed", true), byte_level(false)}).encode("hell") == Ids{257});
    description["pre_tokenizer"] = byte_level(false);
    CHECK(read(description).encode("hello") == Ids{259});
    CHECK(read(description).parts().splits.empty());
}

TEST_CASE("unknown bytes matter only where there are any") {
    json description = small_json();
    json& vocabulary = description["model"]["vocab"];
    vocabulary["another"] = vocabulary["z"];
    vocabulary.erase("z");
    CHECK(contains(error_of([&] { read(description).encode("z"); }), "byte 122: found no token"));
    description["model"]["byte_fallback"] = true;
    CHECK(contains(error_of([&] { read(description); }), "model.byte_fallback: found true"));
    description["model"]["byte_fallback"] = false;
    description["model"]["unk_token"] = "<|end|>";
    CHECK(contains(error_of([&] { read(description); }), "model.unk_token: found \"<|end|>\""));
}

TEST_CASE("broken files are errors that name the place") {
    const auto error = [](const std::string& text) {
        return error_of([&] { detail::read_tokenizer_json(text, "t.json"); });
    };
    const std::string good = small_json().dump();
    CHECK(error(good) == "no error");
    for (std::size_t size = 0; size < good.size(); size += 7)
        CHECK(contains(error(good.substr(0, size)), "t.json: JSON: found"));
    CHECK(contains(error("{\"version\": 1, \"version\": 2}"), "t.json: JSON: found the key \"version\" twice"));
    CHECK(contains(error("[]"), "found a list, expected an object"));
    CHECK(contains(error(std::string(100'000, '[')), "t.json: JSON"));
    CHECK(contains(error("{\"version\": \"\xff\"}"), "t.json: JSON"));
    CHECK(contains(error_with("/model/vocab/a", 98), "does not have"));  // the id of b
    CHECK(contains(error_with("/model/vocab/a", -1), "model.vocab \"a\": found -1, expected a token's id"));
    CHECK(contains(error_with("/model/vocab/a", 1e9), "expected a token's id"));
    CHECK(contains(error_with("/model/vocab/a", 2'000'000'000), "expected an id below 1560"));
    CHECK(contains(error_with("/model/vocab", json::array()), "model.vocab: found a list"));
    CHECK(
        contains(error_with("/model/merges/0", "h q"), "t.json: merge 0: found \"h q\", expected a token for \"hq\""));
    CHECK(contains(error_with("/model/merges/0", {"h"}), "model.merges[0]: found a list, expected two tokens"));
    CHECK(contains(error_with("/model/merges/0", 7), "model.merges[0]: found 7, expected a list"));
    CHECK(contains(error_with("/added_tokens/0/id", 5), "added_tokens[0].id: found 5, expected an id that"));
    CHECK(contains(error_with("/added_tokens/0/id", 2'000'000'000), "expected an id below"));
    CHECK(contains(error_with("/added_tokens/0/content", ""), "added_tokens[0].content: found \"\""));
    CHECK(contains(error_with("/added_tokens/0/content", "he"), "t.json: token \"he\": found ids 256 and 268"));
    CHECK(contains(error_with("/added_tokens/1", added_token(268, "<|end|>")),
                   "added_tokens[1].content: found \"<|end|>\""));
    CHECK(contains(error_with("/added_tokens/1", added_token(269, "<|end|>")),
                   "t.json: token \"<|end|>\": found ids 268 and 269"));
}

TEST_CASE("GPT-2's own files") {
    const std::filesystem::path folder = test_data("gpt2");
    if (folder.empty()) {
        MESSAGE("left out: GENOTYPE_TEST_DATA has no gpt2");
        return;
    }
    const Tokenizer tokenizer = load_tokenizer(folder);
    CHECK(tokenizer.size() == 50257);
    CHECK(tokenizer.encode("Hello world") == Ids{15496, 995});
    CHECK(tokenizer.encode("<|endoftext|>") == Ids{50256});
    for (TokenId id = 0; id < tokenizer.size(); ++id) CHECK(tokenizer.id(tokenizer.token(id)) == id);
    const std::string long_word(200'000, 'a');
    CHECK(tokenizer.decode(tokenizer.encode(long_word)) == long_word);
}
