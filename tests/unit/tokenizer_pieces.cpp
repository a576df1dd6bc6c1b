// Vocabularies of SentencePiece's, whose pieces byte pair encoding merges: what `tokenizers` 0.23 does with the same
// ones.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "genotype/text/tokenizer/save_tokenizer.hpp"
#include "genotype/text/tokenizer/tokenizer_json.hpp"
#include "support/temporary_folder.hpp"

using namespace genotype;
using nlohmann::json;
using Ids = std::vector<TokenId>;

namespace {

constexpr TokenId unknown = 0, start = 1, end = 2, bytes = 3;
/// Behind three special tokens and the bytes: "▁" is 259, "h" 260, "e" 261, "l" 262, "o" 263, "w" 264, then the merges:
/// "he" 265, "ll" 266, "hell" 267, "hello" 268, "▁hello" 269, "▁w" 270, "▁▁" 271.
json piece_json(bool has_bytes = true) {
    json vocabulary;
    const auto put = [&](const std::string& token) { vocabulary[token] = vocabulary.size(); };
    for (const char* special : {"<unk>", "<s>", "</s>"}) put(special);
    for (int byte = 0; byte < 256; ++byte)
        put(has_bytes ? detail::piece_of_byte(static_cast<unsigned char>(byte)) : "unused " + std::to_string(byte));
    for (const char* letter : {"▁", "h", "e", "l", "o", "w"}) put(letter);
    const std::vector<std::vector<std::string>> merges{{"h", "e"},     {"l", "l"}, {"he", "ll"}, {"hell", "o"},
                                                       {"▁", "hello"}, {"▁", "w"}, {"▁", "▁"}};
    for (const auto& merge : merges) put(merge[0] + merge[1]);
    json added = json::array();
    for (const char* special : {"<unk>", "<s>", "</s>"})
        added.push_back({{"id", vocabulary[special]}, {"content", special}, {"special", true}, {"normalized", false}});
    const auto step = [](const char* type) { return json{{"type", type}}; };
    return {
        {"version", "1.0"},
        {"added_tokens", added},
        {"normalizer", nullptr},
        {"pre_tokenizer", {{"type", "Metaspace"}, {"replacement", "▁"}, {"prepend_scheme", "first"}, {"split", false}}},
        {"decoder",
         {{"type", "Sequence"},
          {"decoders",
           {{{"type", "Replace"}, {"pattern", {{"String", "▁"}}}, {"content", " "}},
            step("ByteFallback"),
            step("Fuse"),
            {{"type", "Strip"}, {"content", " "}, {"start", 1}, {"stop", 0}}}}}},
        {"model",
         {{"type", "BPE"},
          {"unk_token", "<unk>"},
          {"byte_fallback", has_bytes},
          {"fuse_unk", true},
          {"vocab", vocabulary},
          {"merges", merges}}}};
}

Tokenizer read(const json& description) {
    return Tokenizer(detail::read_tokenizer_json(description.dump(), "t.json"), "t.json");
}
json with_prefix(const char* scheme, bool split = false) {
    json description = piece_json();
    description["pre_tokenizer"]["prepend_scheme"] = scheme;
    description["pre_tokenizer"]["split"] = split;
    return description;
}
json legacy() {
    json description = piece_json();
    description["pre_tokenizer"] = nullptr;
    description["normalizer"] = {{"type", "Sequence"},
                                 {"normalizers",
                                  {{{"type", "Prepend"}, {"prepend", "▁"}},
                                   {{"type", "Replace"}, {"pattern", {{"String", " "}}}, {"content", "▁"}}}}};
    return description;
}

}  // namespace

TEST_CASE("issue 21: a text is one word, with a space before it where there is none") {
    const Tokenizer tokenizer = read(piece_json());
    CHECK(tokenizer.parts().pieces->prefix == SpacePrefix::first);
    CHECK(tokenizer.encode("hello w") == Ids{269, 270});
    CHECK(tokenizer.encode(" hello") == Ids{269});
    CHECK(tokenizer.encode("  hello") == Ids{259, 269});
    CHECK(tokenizer.encode("▁hello") == Ids{269});
    CHECK(tokenizer.encode("").empty());
    CHECK(tokenizer.encode("<s>hello") == Ids{start, 268});  // not behind an added token
    CHECK(read(with_prefix("always")).encode("<s>hello</s> hello") == Ids{start, 269, end, 269});
    CHECK(read(with_prefix("never")).encode("hello hello") == Ids{268, 269});
    // Prepend of older files puts one before another, too.
    CHECK(read(legacy()).encode("hello") == Ids{269});
    CHECK(read(legacy()).encode(" hello") == Ids{259, 269});
    CHECK(read(legacy()).encode("<s>hello</s> w") == Ids{start, 269, end, 259, 270});
    // Words of their own are not merged over a space: "▁▁".
    CHECK(read(with_prefix("never")).encode("    ") == Ids{271, 271});
    CHECK(read(with_prefix("never", true)).encode("    ") == Ids{259, 259, 259, 259});
}

TEST_CASE("issue 21: characters without a token become bytes, or one that is unknown") {
    const Tokenizer tokenizer = read(piece_json());
    CHECK(tokenizer.encode("hé") == Ids{259, 260, bytes + 0xc3, bytes + 0xa9});
    CHECK(tokenizer.decode(tokenizer.encode("hé €x")) == "hé €x");
    const Tokenizer fused = read(piece_json(false));
    CHECK(fused.encode("hé€h") == Ids{259, 260, unknown, 260});
    json description = piece_json(false);
    description["model"]["fuse_unk"] = false;
    CHECK(read(description).encode("hé€h") == Ids{259, 260, unknown, unknown, 260});
    description["model"]["unk_token"] = nullptr;
    CHECK(error_of([&] { read(description).encode("é"); }) ==
          "text: character \"é\": found no token for it, expected a character that the vocabulary has");
    // One byte without a token, and the character is unknown.
    json gap = piece_json();
    gap["model"]["vocab"]["another"] = gap["model"]["vocab"]["<0xA9>"];
    gap["model"]["vocab"].erase("<0xA9>");
    CHECK(read(gap).encode("é€") == Ids{259, unknown, bytes + 0xe2, bytes + 0x82, bytes + 0xac});
}

TEST_CASE("issue 21: pieces become text, but for the first space") {
    const Tokenizer tokenizer = read(piece_json());
    CHECK(tokenizer.decode(Ids{269, 270, 263}) == "hello wo");
    CHECK(tokenizer.decode(Ids{271, 269}) == "  hello");
    CHECK(tokenizer.decode(Ids{start, 269}) == "hello");
    CHECK(tokenizer.decode(Ids{start, 269}, {.skip_special_tokens = false}) == "<s> hello");
    CHECK(tokenizer.token_bytes(269) == " hello");
    CHECK(tokenizer.token_bytes(bytes + 0xe9) == "\xe9");
    CHECK(tokenizer.token(269) == "▁hello");
    // A row of bytes is a text or none at all.
    CHECK(tokenizer.decode(Ids{260, bytes + 0xc3, bytes + 0xa9, bytes + 0xc3, 260}) == "h\ufffd\ufffd\ufffdh");
    CHECK(tokenizer.decode(Ids{bytes + 0xc3, 999, bytes + 0xa9}) == "\ufffd\ufffd");
    json whole = piece_json();
    whole["decoder"]["decoders"].erase(3);
    CHECK(read(whole).decode(Ids{269}) == " hello");
}

TEST_CASE("issue 21: forms of pieces that are not known are refused by name") {
    const auto refusal = [](const char* place, const json& value, json description = piece_json()) {
        description[json::json_pointer(place)] = value;
        return error_of([&] { read(description); });
    };
    const auto starts = [](const std::string& words, const std::string& with) { return words.starts_with(with); };
    CHECK(starts(refusal("/pre_tokenizer", nullptr), "t.json: pre_tokenizer: found nothing, expected Metaspace, or a"));
    CHECK(starts(refusal("/pre_tokenizer/replacement", "_"), "t.json: pre_tokenizer.replacement: found \"_\""));
    CHECK(starts(refusal("/pre_tokenizer/prepend_scheme", "last"), "t.json: pre_tokenizer.prepend_scheme: found"));
    CHECK(starts(refusal("/decoder/decoders/0/content", "_"), "t.json: decoder.decoders[0].content: found \"_\""));
    CHECK(starts(refusal("/decoder/decoders/1/type", "CTC"), "t.json: decoder.decoders[1].type: found \"CTC\""));
    CHECK(starts(refusal("/decoder/decoders/3/start", 2), "t.json: decoder.decoders[3].start: found 2, expected 1"));
    CHECK(starts(refusal("/decoder/decoders", json::array()),
                 "t.json: decoder: found the type \"Sequence\", expected Replace"));
    CHECK(starts(refusal("/model/ignore_merges", true), "t.json: model.ignore_merges: found true"));
    CHECK(starts(refusal("/model/unk_token", "<x>"), "t.json: model.unk_token: found \"<x>\", expected a token"));
    CHECK(starts(refusal("/normalizer/normalizers/0/prepend", "x", legacy()),
                 "t.json: normalizer.normalizers[0].prepend: found \"x\""));
    CHECK(starts(refusal("/normalizer/normalizers/1/type", "NFC", legacy()),
                 "t.json: normalizer.normalizers[1].type: found \"NFC\", expected Replace"));
    CHECK(starts(refusal("/pre_tokenizer", {{"type", "Digits"}}, legacy()), "t.json: pre_tokenizer: found the type"));
    CHECK(starts(refusal("/added_tokens/1/normalized", true, legacy()),
                 "t.json: added_tokens[1].normalized: found true, expected false, beside this normalizer"));
    TemporaryFolder folder;
    CHECK(starts(error_of([&] { save_tokenizer(read(piece_json()), folder.path()); }),
                 "tokenizer: vocabulary: found another, expected of the byte-level alphabet"));
    TokenizerParts parts = read(piece_json()).parts();
    parts.nfc = true;
    CHECK(error_of([&] { Tokenizer(parts, "here"); }) == "here: nfc: found true, expected false, with pieces");
}
