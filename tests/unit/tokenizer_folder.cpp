// Tokenizers of whole folders: the ids are those that transformers 5.24 makes of the same files (interop
// tokenizer_folders compares thousands of folders).
#include <doctest/doctest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "genotype/text/tokenizer/save_tokenizer.hpp"
#include "genotype/text/tokenizer/tokenizer_file.hpp"
#include "support/small_tokenizer.hpp"
#include "support/temporary_folder.hpp"

using namespace genotype;
using nlohmann::json;
using Ids = std::vector<TokenId>;

namespace {

constexpr const char* end = "<|endoftext|>";
using Files = std::map<std::string, json>;

json vocabulary(bool with_end) {
    TokenizerParts parts = small_parts();
    if (with_end) parts.tokens.push_back(end);
    json vocabulary;
    for (std::size_t id = 0; id < parts.tokens.size(); ++id) vocabulary[parts.tokens[id]] = id;
    return vocabulary;
}

json token(const std::string& content, bool special = true, json more = json::object()) {
    json fields{{"content", content}, {"lstrip", false},      {"normalized", false},
                {"rstrip", false},    {"single_word", false}, {"special", special}};
    fields.update(more);
    return fields;
}
json typed(const std::string& content, bool special = true) {
    return token(content, special, {{"__type", "AddedToken"}});
}

json tokenizer_json(json changes = json::object()) {
    const json byte_level{
        {"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}, {"use_regex", true}};
    json file{{"version", "1.0"},
              {"added_tokens", {token(end, true, {{"id", 268}})}},
              {"pre_tokenizer", byte_level},
              {"decoder", byte_level},
              {"model", {{"type", "BPE"}, {"vocab", vocabulary(true)}, {"merges", small_parts().merges}}}};
    for (const auto& [place, value] : changes.items()) file[json::json_pointer(place)] = value;
    return file;
}

/// A folder with these files, beside vocab.json and merges.txt where there is no tokenizer.json.
Tokenizer load(const Files& files, bool with_end = true) {
    TemporaryFolder folder;
    if (!files.contains("tokenizer.json")) {
        folder.file("vocab.json", vocabulary(with_end).dump());
        std::string merges = "#version: 0.2\n";
        for (const std::string& merge : small_parts().merges) merges += merge + "\n";
        folder.file("merges.txt", merges);
    }
    for (const auto& [name, content] : files) folder.file(name, content.dump());
    return load_tokenizer(folder.path());
}
Tokenizer with_config(const json& config) {
    return load({{"tokenizer_config.json", config}});
}
std::string error(const Files& files, bool with_end = true) {
    return error_of([&] { load(files, with_end); });
}
std::string error_with_config(const json& config) {
    return error({{"tokenizer_config.json", config}});
}

const json gpt2{{"model_type", "gpt2"}}, llama{{"model_type", "llama"}};
const json users{{"<|user|>", 269}, {"<|bot|>", 270}};

}  // namespace

TEST_CASE("issue 17.2: added_tokens.json beside GPT-2's files, whatever its order") {
    const Tokenizer tokenizer = load({{"added_tokens.json", {{"<|user|>", 270}, {"<|bot|>", 269}}}});
    CHECK(tokenizer.encode("<|user|>h<|bot|><|endoftext|>") == Ids{270, 'h', 269, 268});
    CHECK(tokenizer.decode(Ids{270, 'h', 268}) == "<|user|>h");
    CHECK_FALSE(tokenizer.is_special(270));
    // Those that have a role, or that the newer field names, are special. The older field of the map comes too late.
    const auto special = [](const Files& files) { return load(files).is_special(269); };
    CHECK(special({{"added_tokens.json", users}, {"special_tokens_map.json", {{"pad_token", "<|user|>"}}}}));
    CHECK(special({{"added_tokens.json", users}, {"tokenizer_config.json", {{"extra_special_tokens", {"<|user|>"}}}}}));
    CHECK(special(
        {{"added_tokens.json", users}, {"tokenizer_config.json", {{"additional_special_tokens", {"<|user|>"}}}}}));
    CHECK_FALSE(special(
        {{"added_tokens.json", users}, {"special_tokens_map.json", {{"additional_special_tokens", {"<|user|>"}}}}}));
    CHECK(load({{"added_tokens.json", users}, {"tokenizer.json", tokenizer_json()}}).encode("<|bot|>") == Ids{270});
    // What lists added tokens itself is taken for the whole.
    CHECK(load({{"added_tokens.json", users}, {"tokenizer_config.json", {{"added_tokens_decoder", json::object()}}}})
              .size() == 269);
}

TEST_CASE("issue 17.2: tokens before, behind and within a text, as tokenizer_config.json has them") {
    CHECK(with_config(json::object()).encode("hello world") == Ids{259, 264});
    CHECK(with_config({{"add_bos_token", true}}).encode("hello world") == Ids{268, 259, 264});
    CHECK(with_config({{"add_eos_token", true}}).encode("hello") == Ids{259, 268});
    CHECK(with_config({{"add_bos_token", true}, {"bos_token", "<s>"}}).encode("<s>h") == Ids{269, 269, 'h'});
    CHECK(with_config({{"add_bos_token", true}, {"bos_token", typed("h")}}).encode("a") == Ids{'h', 'a'});
    CHECK(with_config({{"add_bos_token", true}, {"bos_token", nullptr}}).encode("a") == Ids{'a'});
    CHECK(with_config({{"add_bos_token", true}}).encode("a", {.add_special_tokens = false}) == Ids{'a'});
    CHECK(load({{"tokenizer_config.json", {{"add_bos_token", true}}},
                {"special_tokens_map.json", {{"bos_token", token("<s>")}}}})
              .encode("a") == Ids{269, 'a'});
    // Beside a tokenizer.json its post-processor says it, and these two do not count.
    CHECK(load({{"tokenizer.json", tokenizer_json()},
                {"config.json", gpt2},
                {"tokenizer_config.json", {{"add_bos_token", true}}}})
              .encode("a") == Ids{'a'});
    const Tokenizer prefix = with_config({{"add_prefix_space", true}});
    CHECK(prefix.encode("hello world") == Ids{' ', 259, 264});
    CHECK(prefix.encode(" world") == Ids{264});
    CHECK(prefix.encode("\nh<|endoftext|>h<|endoftext|>") == Ids{' ', '\n', 'h', 268, ' ', 'h', 268});
    CHECK(prefix.encode("").empty());
    CHECK(prefix.decode(prefix.encode("hello")) == " hello");
}

TEST_CASE("issue 17.2: special tokens that the vocabulary does not have come behind it") {
    CHECK(load({}, false).encode("<|endoftext|>") == Ids{268});  // GPT2Tokenizer's own
    const json none{{"bos_token", nullptr}, {"eos_token", nullptr}, {"unk_token", nullptr}};
    CHECK(load({{"tokenizer_config.json", none}}, false).size() == 268);
    CHECK(load({{"tokenizer.json", tokenizer_json()}}).size() == 269);
    const json config{{"eos_token", "</s>"},
                      {"pad_token", "<pad>"},
                      {"image_token", "<image>"},
                      {"additional_special_tokens", {"<|user|>", typed("<|bot|>")}}};
    const Tokenizer tokenizer = with_config(config);
    CHECK(tokenizer.encode("</s><pad><image><|user|><|bot|>") == Ids{269, 270, 271, 272, 273});
    CHECK(tokenizer.decode(Ids{'a', 269, 270, 271, 272, 273}) == "a");
    const json listed{{"268", token(end)}, {"269", token("<|pad|>")}, {"270", token("plain", false)}};
    const Tokenizer decoder =
        load({{"tokenizer.json", tokenizer_json()}, {"tokenizer_config.json", {{"added_tokens_decoder", listed}}}});
    CHECK(decoder.encode("h<|pad|>plain") == Ids{'h', 269, 270});
    CHECK(decoder.decode(Ids{'h', 269, 270}) == "hplain");
    // A word of the vocabulary's that has a role is special, and found as it stands.
    CHECK(with_config({{"pad_token", "he"}}).encode("hello") == Ids{256, 257, 'o'});
}

TEST_CASE("issue 17.2: which class reads tokenizer.json") {
    const auto ids = [](const json& changes, const Files& more, const std::string& text) {
        Files files = more;
        files["tokenizer.json"] = tokenizer_json(changes);
        return load(files).encode(text);
    };
    const json prefix{{"/pre_tokenizer/add_prefix_space", true}};
    CHECK(ids(prefix, {}, "h") == Ids{' ', 'h'});
    CHECK(ids(prefix, {{"config.json", llama}}, "h") == Ids{' ', 'h'});
    // A GPT2Tokenizer goes by tokenizer_config.json, the others by tokenizer.json.
    const json wanted{{"add_prefix_space", true}};
    CHECK(ids({}, {{"config.json", gpt2}, {"tokenizer_config.json", wanted}}, "h") == Ids{' ', 'h'});
    CHECK(ids({}, {{"config.json", llama}, {"tokenizer_config.json", wanted}}, "h") == Ids{'h'});
    for (const char* name : {"LlamaTokenizer", "LlamaTokenizerFast", "PreTrainedTokenizerFast", "TokenizersBackend"})
        CHECK(ids({}, {{"tokenizer_config.json", {{"tokenizer_class", name}, {"add_prefix_space", true}}}}, "h") ==
              Ids{'h'});
    // SmolLM2's folders name GPT2Tokenizer, and were learnt with the file's rules.
    const json byte_level = tokenizer_json()["pre_tokenizer"];
    const json digits{{"type", "Sequence"},
                      {"pretokenizers", {{{"type", "Digits"}, {"individual_digits", true}}, byte_level}}};
    const Files smollm{{"tokenizer.json", tokenizer_json({{"/pre_tokenizer", digits}})},
                       {"tokenizer_config.json", {{"tokenizer_class", "GPT2Tokenizer"}}}};
    CHECK(load(smollm).parts().pre_tokenizer == PreTokenizer::smollm);
    const auto refusal = [](const json& changes, const json& config) {
        return error(
            {{"tokenizer.json", tokenizer_json(changes)}, {"config.json", gpt2}, {"tokenizer_config.json", config}});
    };
    CHECK(contains(refusal(prefix, json::object()),
                   "tokenizer.json: pre_tokenizer.add_prefix_space: found true, expected false, as"));
    CHECK(
        contains(refusal({{"/pre_tokenizer", digits}}, wanted), "tokenizer_config.json: add_prefix_space: found true"));
    CHECK(contains(refusal({{"/model/ignore_merges", true}}, json::object()),
                   "model.ignore_merges: found true, expected false"));
    CHECK(contains(
        refusal({}, {{"added_tokens_decoder", json::object()},
                     {"bos_token", nullptr},
                     {"eos_token", nullptr},
                     {"unk_token", nullptr}}),
        "tokenizer.json: added token \"<|endoftext|>\": found id 268, expected the same in added_tokens_decoder of"));
}

TEST_CASE("issue 21: a Qwen2Tokenizer") {
    const json qwen2{{"model_type", "qwen2"}}, qwen3{{"model_type", "qwen3"}};
    const json named{{"tokenizer_class", "Qwen2TokenizerFast"}};
    for (const Files& files :
         {Files{{"config.json", qwen2}}, Files{{"config.json", qwen3}}, Files{{"tokenizer_config.json", named}}}) {
        const Tokenizer tokenizer = load(files);
        CHECK(tokenizer.parts().pre_tokenizer == PreTokenizer::qwen2);
        CHECK(tokenizer.parts().nfc);
        CHECK(tokenizer.encode("e\u0301<|endoftext|>") == Ids{0xc3, 0xa9, 268});
    }
    // <|endoftext|> pads too, and begins nothing; what has a role or is listed as special is that in the end.
    json config = named;
    config["add_bos_token"] = true;
    CHECK(load({{"tokenizer_config.json", config}}).encode("h") == Ids{'h'});
    const json plain{{"269", token("<|user|>", false)}};
    const auto special = [&](json more) {
        more.update(named);
        more["added_tokens_decoder"] = plain;
        return load({{"tokenizer_config.json", more}}).is_special(269);
    };
    CHECK_FALSE(special({}));
    CHECK(special({{"additional_special_tokens", {"<|user|>"}}}));
    CHECK(special({{"eos_token", "<|user|>"}}));
    // tokenizer.json's own cuts hold.
    CHECK(load({{"tokenizer.json", tokenizer_json()}, {"config.json", qwen2}}).parts().pre_tokenizer ==
          PreTokenizer::gpt2);
    CHECK(contains(error({{"config.json", qwen2}, {"tokenizer_config.json", {{"tokenizer_class", "GPT2Tokenizer"}}}}),
                   "tokenizer_class: found \"GPT2Tokenizer\", expected Qwen2Tokenizer, which transformers takes"));
    config["extra_special_tokens"] = {{"audio_token", "<new>"}};
    CHECK(contains(error({{"tokenizer_config.json", config},
                          {"special_tokens_map.json", {{"extra_special_tokens", {"<|bot|>"}}}}}),
                   "extra_special_tokens: found an object, expected none, beside"));
}

TEST_CASE("issue 21: spaces that go with an added token") {
    const json listed{{"268", token(end)}, {"269", token("<mask>", true, {{"lstrip", true}})}};
    CHECK(with_config({{"added_tokens_decoder", listed}}).encode("h  <mask>") == Ids{'h', 269});
    const json typed_mask = token("<mask>", true, {{"__type", "AddedToken"}, {"lstrip", true}, {"rstrip", true}});
    CHECK(with_config({{"mask_token", typed_mask}}).encode("h  <mask> h") == Ids{'h', 269, 'h'});
}

TEST_CASE("issue 21: names of special tokens beside a list of the older field") {
    const Tokenizer tokenizer =
        with_config({{"extra_special_tokens", {{"audio_token", "<new>"}}}, {"additional_special_tokens", {"<|bot|>"}}});
    CHECK(tokenizer.encode("<new>") == Ids{269});
    CHECK(tokenizer.encode("<|bot|>") == Ids{270});
}

TEST_CASE("issue 17.2: what would change ids or texts and is not done is refused by name") {
    const auto refuses = [](const json& config, const std::string& words) {
        CAPTURE(words);
        CHECK(contains(error_with_config(config), "tokenizer_config.json: " + words));
    };
    refuses({{"tokenizer_class", "BertTokenizer"}},
            "tokenizer_class: found \"BertTokenizer\", expected GPT2Tokenizer, Qwen2Tokenizer");
    refuses({{"tokenizer_class", "Qwen2Tokenizer"}, {"add_prefix_space", true}},
            "add_prefix_space: found true, expected false, for a Qwen2Tokenizer");
    refuses({{"tokenizer_class", "LlamaTokenizer"}},
            "tokenizer_class: found \"LlamaTokenizer\", expected GPT2Tokenizer or Qwen2Tokenizer, beside");
    refuses({{"split_special_tokens", true}}, "split_special_tokens: found true");
    refuses({{"fast_tokenizer_files", {"tokenizer.4.0.0.json"}}},
            "fast_tokenizer_files[0]: found \"tokenizer.4.0.0.json\"");
    refuses({{"auto_map", {{"AutoTokenizer", {"a.B", nullptr}}}}}, "auto_map: found an object");
    refuses({{"add_bos_token", "yes"}}, "add_bos_token: found \"yes\", expected true or false");
    refuses({{"add_bos_token", true}, {"bos_token", "a b"}}, "bos_token: found \"a b\", expected no space");
    refuses({{"bos_token", token("<s>")}}, "bos_token.__type: found nothing, expected AddedToken");
    refuses({{"bos_token", 5}}, "bos_token: found 5, expected a token");
    refuses({{"added_tokens_decoder", {{"x", token("<s>")}}}},
            "added_tokens_decoder \"x\": found \"x\", expected a token's id");
    refuses({{"added_tokens_decoder", {{"269", token("<s>", true, {{"single_word", true}})}}}},
            "added_tokens_decoder \"269\".single_word: found true");
    // transformers gives the next id whatever a file says; so the file is not what its maker thinks.
    refuses({{"added_tokens_decoder", {{"300", token("<s>")}}}},
            "added_tokens_decoder \"300\": found id 300, expected id 269");
    refuses({{"image_token", "<a>"}, {"video_token", "<b>"}},
            "video_token: found \"<b>\", expected a token of the vocabulary");
    const auto added = [](const json& tokens) { return error({{"added_tokens.json", tokens}}); };
    CHECK(contains(added({{"<|user|>", 300}}),
                   "added_tokens.json: \"<|user|>\": found id 300, expected id 269, the next"));
    CHECK(contains(added({{"he", 300}}),
                   "added_tokens.json: \"he\": found id 300, expected id 256, which the vocabulary has"));
    CHECK(contains(added({{"<|user|>", "269"}}),
                   "added_tokens.json: \"<|user|>\": found \"269\", expected a token's id"));
    CHECK(contains(added(json::array({"<|user|>"})),
                   "added_tokens.json: JSON: found something else, expected an object"));
    CHECK(contains(error({{"special_tokens_map.json", {{"add_prefix_space", true}}}}),
                   "special_tokens_map.json: add_prefix_space: found"));
    CHECK(contains(error({{"special_tokens_map.json", {{"pad_token", token("<p>", true, {{"single_word", true}})}}}}),
                   "special_tokens_map.json: pad_token.single_word: found true"));
    CHECK(
        contains(error({{"tokenizer.json", tokenizer_json({{"/added_tokens/1", token("<s>", true, {{"id", 275}})}})}}),
                 "tokenizer.json: added_tokens[1].id: found 275, expected 269, the next one"));
    json gap = vocabulary(true);
    gap.erase("z");
    CHECK(contains(error({{"vocab.json", gap}, {"added_tokens.json", {{"<|user|>", 269}}}}),
                   "vocab.json: vocabulary: found the id 268 for \"<|endoftext|>\", and fewer tokens than ids"));
    // What transformers has no use for here is of no use to us.
    CHECK(error_with_config({{"model_max_length", 5},
                             {"errors", "strict"},
                             {"clean_up_tokenization_spaces", true},
                             {"legacy", true},
                             {"padding_side", "left"},
                             {"name_or_path", "x"},
                             {"chat_template", "{{ messages }}"},
                             {"more", {1}}}) == "no error");
}

TEST_CASE("issue 17.17: truncation and padding of a tokenizer.json change nothing in a plain call") {
    const json padding{{"strategy", {{"Fixed", 16}}},
                       {"direction", "Right"},
                       {"pad_to_multiple_of", nullptr},
                       {"pad_id", 268},
                       {"pad_type_id", 0},
                       {"pad_token", end}};
    const json truncation{{"direction", "Right"}, {"max_length", 1}, {"strategy", "LongestFirst"}, {"stride", 0}};
    json changes{{"/truncation", truncation}, {"/padding", padding}};
    CHECK(load({{"tokenizer.json", tokenizer_json(changes)}}).encode("hello world") == Ids{259, 264});
    CHECK(load({{"tokenizer.json", tokenizer_json(changes)}, {"config.json", gpt2}}).encode("hello world") ==
          Ids{259, 264});
    // But for the padding's token, which becomes one of the tokenizer's where no file says another.
    changes["/padding"]["pad_token"] = "[PAD]";
    const Tokenizer padded = load({{"tokenizer.json", tokenizer_json(changes)}});
    CHECK(padded.encode("h[PAD]") == Ids{'h', 269});
    CHECK(padded.is_special(269));
    CHECK(load({{"tokenizer.json", tokenizer_json(changes)}, {"tokenizer_config.json", {{"pad_token", nullptr}}}})
              .size() == 269);
    CHECK(load({{"tokenizer.json", tokenizer_json(changes)}, {"config.json", gpt2}}).size() == 269);
    CHECK(contains(error({{"tokenizer.json", tokenizer_json({{"/padding", 5}})}}),
                   "tokenizer.json: padding: found 5, expected an object"));
}

TEST_CASE("issue 17.2: a saved tokenizer is read as it was, beside older files too") {
    TemporaryFolder folder;
    folder.file("added_tokens.json", "{\"<|user|>\": 4}");
    TokenizerParts parts = small_parts();
    save_tokenizer(Tokenizer(parts), folder.path());
    CHECK(load_tokenizer(folder.path()).parts().tokens == parts.tokens);
    add(parts, end);
    save_tokenizer(Tokenizer(parts), folder.path());
    CHECK(load_tokenizer(folder.path()).encode("h<|endoftext|>") == Ids{'h', 268});
    parts.add_prefix_space = true;
    CHECK(contains(error_of([&] { save_tokenizer(Tokenizer(parts), folder.path()); }), "add_prefix_space"));
}

TEST_CASE("issue 17.23: a folder that has its model elsewhere says where") {
    TemporaryFolder folder;
    const auto words = [&] { return error_of([&] { load_tokenizer(folder.path()); }); };
    std::filesystem::create_directories(folder / "snapshots/0123abcd");
    CHECK_FALSE(contains(words(), "snapshots"));
    folder.file("snapshots/0123abcd/config.json", "{}");
    CHECK(contains(words(), "or the folder of a model: " + (folder / "snapshots/0123abcd").string()));
    folder.file("b.gguf", "GGUF");
    folder.file("a.gguf", "GGUF");
    CHECK(contains(
        words(), "or the path of a GGUF file: " + (folder / "a.gguf").string() + ", " + (folder / "b.gguf").string()));
}
