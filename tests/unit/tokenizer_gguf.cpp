// Tokenizers from GGUF's metadata, and what is refused because it would change the ids.
#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "genotype/text/tokenizer/tokenizer_file.hpp"
#include "support/gguf_file.hpp"
#include "support/small_tokenizer.hpp"
#include "support/temporary_folder.hpp"

using namespace genotype;
using Ids = std::vector<TokenId>;

namespace {

/// The keys of a file, each of which a test may replace.
struct TokenizerFile {
    TokenizerParts parts = small_parts();
    std::vector<std::int32_t> types = std::vector<std::int32_t>(parts.tokens.size(), 1);
    std::vector<std::string> others = {};
    std::vector<float> scores = {};
    bool has_types = true;
    std::string model = "gpt2", rules = "gpt-2", architecture = "llama";

    TokenId token(const std::string& content, std::int32_t type) {
        parts.tokens.push_back(content);
        types.push_back(type);
        return static_cast<TokenId>(types.size()) - 1;
    }
    void number(const std::string& key, std::uint32_t value) {
        others.push_back(gguf_entry(key, 4, gguf_number(value)));
    }
    void flag(const std::string& key, bool value) { others.push_back(gguf_entry(key, 7, std::string(1, value))); }

    std::string text() const {
        const auto texts = [](const std::vector<std::string>& list) {
            std::string all;
            for (const std::string& one : list) all += gguf_text(one);
            return gguf_array(8, list.size(), all);
        };
        GgufFile file{.entries = others};
        file.entries.push_back(gguf_entry("general.architecture", 8, gguf_text(architecture)));
        file.entries.push_back(gguf_entry("tokenizer.ggml.model", 8, gguf_text(model)));
        if (!rules.empty()) file.entries.push_back(gguf_entry("tokenizer.ggml.pre", 8, gguf_text(rules)));
        file.entries.push_back(gguf_entry("tokenizer.ggml.tokens", 9, texts(parts.tokens)));
        if (has_types)
            file.entries.push_back(
                gguf_entry("tokenizer.ggml.token_type", 9, gguf_array(5, types.size(), bytes_of(types))));
        if (!scores.empty())
            file.entries.push_back(
                gguf_entry("tokenizer.ggml.scores", 9, gguf_array(6, scores.size(), bytes_of(scores))));
        file.entries.push_back(gguf_entry("tokenizer.ggml.merges", 9, texts(parts.merges)));
        return file.text();
    }
    TokenizerParts read() const {
        const std::string bytes = text();
        return detail::read_tokenizer_gguf(Gguf(std::as_bytes(std::span(bytes)), "m.gguf"));
    }
    std::string error() const {
        return error_of([&] { read(); });
    }
};

}  // namespace

TEST_CASE("tokens, merges and added tokens") {
    TokenizerFile file;
    const TokenId end = file.token("<|im_end|>", 3), think = file.token("<think>", 4), none = file.token("[PAD270]", 5);
    const TemporaryFolder folder;
    const Tokenizer tokenizer = load_tokenizer(folder.file("a.gguf", file.text()));
    CHECK(tokenizer.encode("hello<|im_end|><think> world") ==
          Ids{*tokenizer.id("hello"), end, think, *tokenizer.id("Ġworld")});
    CHECK(tokenizer.is_special(end));
    CHECK(!tokenizer.is_special(think));
    CHECK(contains(error_of([&] { tokenizer.token(none); }), "token id"));
    CHECK(tokenizer.size() == none + 1);
}

TEST_CASE("the rules by their names") {
    const std::vector<std::pair<std::string, PreTokenizer>> names{
        {"gpt-2", PreTokenizer::gpt2},       {"smollm", PreTokenizer::smollm}, {"starcoder", PreTokenizer::smollm},
        {"llama-bpe", PreTokenizer::llama3}, {"llama3", PreTokenizer::llama3}, {"llama-v3", PreTokenizer::llama3}};
    for (const auto& [name, rules] : names) {
        TokenizerFile file;
        file.rules = name;
        file.number("tokenizer.ggml.bos_token_id", 1);
        const TokenizerParts parts = file.read();
        CHECK(parts.pre_tokenizer == rules);
        CHECK(parts.ignore_merges == (rules == PreTokenizer::llama3));
        CHECK(parts.prefix == (rules == PreTokenizer::llama3 ? Ids{1} : Ids{}));
    }
    for (const char* absent : {"", "default"}) {
        TokenizerFile file;
        file.rules = absent;
        CHECK(contains(file.error(), "\"tokenizer.ggml.pre\": found \"default\", expected gpt-2, smollm"));
        file.architecture = "gpt2";
        CHECK(file.read().pre_tokenizer == PreTokenizer::gpt2);
        file.rules = "qwen35";
        CHECK(contains(file.error(), "\"tokenizer.ggml.pre\": found \"qwen35\""));
        file.rules = "qwen2";
        CHECK(file.read().pre_tokenizer == PreTokenizer::qwen2);
        CHECK(file.read().nfc);
    }
}

TEST_CASE("tokens around each text") {
    TokenizerFile file;
    file.flag("tokenizer.ggml.add_bos_token", true);
    CHECK(contains(file.error(), "\"tokenizer.ggml.bos_token_id\": found nothing, expected a token's id"));
    file.number("tokenizer.ggml.bos_token_id", 7);
    file.flag("tokenizer.ggml.add_eos_token", true);
    file.number("tokenizer.ggml.eos_token_id", 8);
    CHECK(file.read().prefix == Ids{7});
    CHECK(file.read().suffix == Ids{8});
    TokenizerFile llama;
    llama.rules = "llama-bpe";
    llama.flag("tokenizer.ggml.add_bos_token", false);
    CHECK(llama.read().prefix.empty());
    TokenizerFile far;
    far.flag("tokenizer.ggml.add_bos_token", true);
    far.number("tokenizer.ggml.bos_token_id", 268);
    CHECK(contains(far.error(), "\"tokenizer.ggml.bos_token_id\": found 268, expected below 268"));
}

TEST_CASE("issue 17.16: without the tokens' types the ends of texts are special") {
    TokenizerFile file;
    const TokenId end = file.token("<|endoftext|>", 3), padding = file.token("<pad>", 3);
    file.number("tokenizer.ggml.eos_token_id", static_cast<std::uint32_t>(end));
    file.number("tokenizer.ggml.padding_token_id", static_cast<std::uint32_t>(padding));
    file.number("tokenizer.ggml.bos_token_id", 4294967295);
    const Tokenizer with_types(file.read(), "m.gguf");
    file.has_types = false;
    const Tokenizer without(file.read(), "m.gguf");
    for (const char* text : {"hello<|endoftext|> world", "<pad>hello", "a < b"})
        CHECK(without.encode(text) == with_types.encode(text));
    CHECK(without.is_special(end));
    CHECK(!without.is_special(*without.id("hello")));
}

TEST_CASE("issue 17.16: types of any whole numbers, and a first token of -1 that is not added") {
    TokenizerFile file;
    const std::vector<std::uint8_t> bytes(file.types.begin(), file.types.end());
    file.has_types = false;
    file.others.push_back(gguf_entry("tokenizer.ggml.token_type", 9, gguf_array(0, bytes.size(), bytes_of(bytes))));
    file.others.push_back(gguf_entry("tokenizer.ggml.bos_token_id", 5, gguf_number<std::int32_t>(-1)));
    file.flag("tokenizer.ggml.add_bos_token", false);
    CHECK(file.read().prefix.empty());
    file.others.back() = gguf_entry("tokenizer.ggml.add_bos_token", 7, "\1");
    CHECK(contains(file.error(), "\"tokenizer.ggml.bos_token_id\": found nothing, expected a token's id"));
    file.others[file.others.size() - 2] = gguf_entry("tokenizer.ggml.bos_token_id", 11, gguf_number<std::int64_t>(7));
    CHECK(file.read().prefix == Ids{7});
}

TEST_CASE("other vocabularies, and lists that do not fit") {
    TokenizerFile file;
    file.model = "bert";
    CHECK(contains(file.error(), "m.gguf: \"tokenizer.ggml.model\": found \"bert\", expected \"gpt2\""));
    file = {};
    file.types.pop_back();
    CHECK(contains(file.error(), "\"tokenizer.ggml.token_type\": found 267 types, expected 268"));
    file = {};
    file.types[5] = 6;
    CHECK(contains(file.error(), "\"tokenizer.ggml.token_type\": found 6 for token 5"));
    file = {};
    file.flag("tokenizer.ggml.add_space_prefix", true);
    CHECK(contains(file.error(), "\"tokenizer.ggml.add_space_prefix\": found true"));
    file = {};
    file.parts.merges.push_back("q q");
    const TemporaryFolder folder;
    CHECK(contains(error_of([&] { load_tokenizer(folder.file("b.gguf", file.text())); }), "merge 12: found \"q q\""));
}

TEST_CASE("SentencePiece's files in a folder") {
    const TemporaryFolder folder;
    folder.file("tokenizer.model", "x");
    CHECK(contains(error_of([&] { load_tokenizer(folder.path()); }),
                   "found tokenizer.model alone (SentencePiece, which is not read)"));
    folder.file("tokenizer.json", R"({"version": "1.0", "normalizer": {"type": "Sequence", "normalizers": []},
        "model": {"type": "BPE", "byte_fallback": true, "vocab": {"a": 0}, "merges": []}})");
    CHECK(contains(error_of([&] { load_tokenizer(folder.path()); }), "model.byte_fallback: found true"));
}

namespace {

/// SentencePiece's: three special tokens, the bytes, "▁" 259, "h" 260, "e" 261, "l" 262, "o" 263, and what they become,
/// the earlier the better: "he" 264, "ll" 265, "hell" 266, "hello" 267, "▁hello" 268, "el" 269, "▁▁" 270.
TokenizerFile piece_file() {
    TokenizerFile file;
    file.parts = {};
    file.types.clear();
    file.model = "llama";
    file.token("<unk>", 2);
    file.token("<s>", 3);
    file.token("</s>", 3);
    for (int byte = 0; byte < 256; ++byte) file.token(detail::piece_of_byte(static_cast<unsigned char>(byte)), 6);
    for (const char* piece : {"▁", "h", "e", "l", "o", "he", "ll", "hell", "hello", "▁hello", "el", "▁▁"})
        file.token(piece, 1);
    for (std::size_t id = 0; id < file.types.size(); ++id)
        file.scores.push_back(id < 264 ? 0 : -static_cast<float>(id));
    file.number("tokenizer.ggml.bos_token_id", 1);
    return file;
}

}  // namespace

TEST_CASE("issue 21: SentencePiece's vocabularies, whose scores say what becomes one") {
    TokenizerFile file = piece_file();
    const Tokenizer tokenizer(file.read());
    CHECK(tokenizer.encode("hello") == Ids{1, 268});
    CHECK(tokenizer.encode(" hello") == Ids{1, 259, 268});  // a space comes before one that is there, too
    CHECK(tokenizer.encode("<s>hello", {.add_special_tokens = false}) == Ids{1, 268});
    CHECK(tokenizer.encode("hé", {.add_special_tokens = false}) == Ids{259, 260, 3 + 0xc3, 3 + 0xa9});
    CHECK(tokenizer.encode("<unk>", {.add_special_tokens = false}).size() > 1);  // no text stands for it
    CHECK(tokenizer.decode(Ids{1, 268, 268}) == "hello hello");
    // "he" comes before "el", and the other way round where that has the better score.
    CHECK(tokenizer.encode("hel", {.add_special_tokens = false}) == Ids{259, 264, 262});
    file.scores[269] = -1;
    CHECK(Tokenizer(file.read()).encode("hel", {.add_special_tokens = false}) == Ids{259, 260, 269});
    file.flag("tokenizer.ggml.add_space_prefix", false);
    file.flag("tokenizer.ggml.add_bos_token", false);
    CHECK(Tokenizer(file.read()).encode("ho") == Ids{260, 263});
    CHECK(Tokenizer(file.read()).decode(Ids{268}) == " hello");
}

TEST_CASE("issue 21: what is wrong with a vocabulary of SentencePiece's") {
    const auto refusal = [](const auto& change) {
        TokenizerFile file = piece_file();
        change(file);
        return file.error();
    };
    CHECK(contains(refusal([](TokenizerFile& file) { file.scores.pop_back(); }),
                   "\"tokenizer.ggml.scores\": found 270 scores, expected 271, one for each token"));
    CHECK(contains(refusal([](TokenizerFile& file) { file.scores[5] = std::nanf(""); }), "found NaN for token 5"));
    CHECK(contains(refusal([](TokenizerFile& file) { file.types[260] = 6; }),
                   "found 6 for token 260, expected 1 (normal), 2 (unknown), 3 (control)"));
    CHECK(contains(refusal([](TokenizerFile& file) { file.types[270] = 4; }),
                   "found 4 (user defined) for token 270, \"▁▁\", expected a text without U+2581"));
    CHECK(contains(refusal([](TokenizerFile& file) { file.parts.tokens[270] = std::string(257, 'h'); }),
                   "\"tokenizer.ggml.tokens\": found 257 bytes for token 270, expected 256 at most"));
    // Time and memory stay in proportion to the file: each of these is made in as many ways as it has letters.
    const auto letters = [](TokenizerFile& file) {
        for (std::size_t length = 2; length <= 256; ++length) {
            file.token(std::string(length, 'h'), 1);
            file.scores.push_back(0);
        }
    };
    CHECK(contains(refusal(letters), "pairs of tokens that make one, expected as many at most: 16 a token, and some"));
    CHECK(contains(refusal([](TokenizerFile& file) { file.model = "t5"; }),
                   "\"tokenizer.ggml.model\": found \"t5\", expected \"gpt2\" (byte-level BPE) or \"llama\""));
    CHECK(contains(refusal([](TokenizerFile& file) { file.model = "gpt2"; }), "found 2 for token 0, expected 1"));
}
