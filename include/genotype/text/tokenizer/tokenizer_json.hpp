// Hugging Face's tokenizer.json, of which nothing is guessed: what is not done here as there is refused.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "genotype/text/files/json_field.hpp"
#include "genotype/text/tokenizer/tokenizer.hpp"
#include "genotype/text/tokenizer/tokenizer_pieces_json.hpp"

namespace genotype::inline v0_1::detail {

/// Puts a vocabulary's texts in the order of their ids.
inline std::vector<std::string> read_vocabulary(const JsonField& vocabulary) {
    if (!vocabulary.value.is_object()) vocabulary.wrong("an object from tokens to ids");
    std::vector<std::string> tokens;
    const std::size_t most = 2 * vocabulary.value.size() + 1024;  // so that memory is in proportion to the file
    for (const auto& [token, number] : vocabulary.value.items()) {
        const JsonField field{number, vocabulary.file, vocabulary.name + " " + in_quotes(token)};
        const auto id = static_cast<std::size_t>(field.id());
        if (token.empty()) field.wrong("a token that is not empty");
        if (id >= most) field.wrong(concat("an id below ", most, ", twice the tokens and some"));
        if (id >= tokens.size()) tokens.resize(id + 1);
        if (!tokens[id].empty()) field.wrong(concat("an id that ", in_quotes(tokens[id]), " does not have"));
        tokens[id] = token;
    }
    return tokens;
}

inline std::vector<std::string> read_merges(const JsonField& merges) {
    std::vector<std::string> lines;
    for (const JsonField& merge : merges.list()) {
        if (merge.value.is_string()) {
            lines.push_back(merge.text());
            continue;
        }
        const std::vector<JsonField> pair = merge.list();
        if (pair.size() != 2) merge.wrong("two tokens");
        lines.push_back(pair[0].text() + " " + pair[1].text());
    }
    return lines;
}

inline void read_vocabulary_and_merges(const JsonField& model, TokenizerParts& parts) {
    model.only({"type", "dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix", "fuse_unk",
                "byte_fallback", "ignore_merges", "vocab", "merges"});
    if (const JsonField type = model["type"]; !type.is_null() && type.text() != "BPE") type.wrong("BPE");
    for (const char* field : {"dropout", "continuing_subword_prefix", "end_of_word_suffix"})
        model[field].expect_nothing();
    parts.tokens = read_vocabulary(model["vocab"]);
    parts.merges = read_merges(model["merges"]);
}

inline void read_byte_level_model(const JsonField& model, TokenizerParts& parts) {
    parts.ignore_merges = model["ignore_merges"].flag(false);
    // What becomes of bytes without a token matters only where there are any.
    for (int byte = 0; byte < 256; ++byte) {
        const char letter = static_cast<char>(byte);
        if (model["vocab"].value.contains(to_byte_level({&letter, 1}))) continue;
        if (!model["unk_token"].is_null()) model["unk_token"].wrong("nothing, or a token for each byte");
        if (model["byte_fallback"].flag(false)) model["byte_fallback"].wrong("false, or a token for each byte");
    }
}

/// The id that `tokenizers` gives to the next token that is added: one behind the vocabulary's number of tokens, or
/// behind the added ones. It passes over ids that files state.
class NextAddedId {
  public:
    explicit NextAddedId(const TokenizerParts& parts) {
        for (const std::string& token : parts.tokens) count_ += !token.empty();
        for (const AddedToken& added : parts.added) {
            count_ -= !added.in_model;
            took(added.id);
        }
    }
    std::size_t operator()() const { return std::max(count_, behind_added_); }
    void took(TokenId id) { behind_added_ = std::max(behind_added_, static_cast<std::size_t>(id) + 1); }

  private:
    std::size_t count_ = 0, behind_added_ = 0;
};

inline void read_added_tokens(const JsonField& list, const JsonField& vocabulary, TokenizerParts& parts) {
    if (list.is_null()) return;
    const std::vector<JsonField> fields = list.list();
    const std::size_t most = 2 * (parts.tokens.size() + fields.size()) + 1024;
    NextAddedId next(parts);
    for (const JsonField& field : fields) {
        field.only({"id", "content", "single_word", "lstrip", "rstrip", "normalized", "special"});
        field["single_word"].expect_nothing();
        const std::string& content = field["content"].text();
        if (content.empty()) field["content"].wrong("a text that is not empty");
        const TokenId id = field["id"].id();
        const auto at = static_cast<std::size_t>(id);
        if (at >= most) field["id"].wrong(concat("an id below ", most, ", twice the tokens and some"));
        if (at >= parts.tokens.size()) parts.tokens.resize(at + 1);
        const bool in_model = parts.tokens[at] == content;
        if (!in_model && !parts.tokens[at].empty())
            field["id"].wrong(concat("an id that ", in_quotes(parts.tokens[at]), " does not have"));
        bool is_new = !in_model && !vocabulary.value.contains(content);
        for (const AddedToken& other : parts.added) {
            if (other.id == id) field["content"].wrong("each added token once");
            is_new = is_new && parts.tokens[static_cast<std::size_t>(other.id)] != content;
        }
        if (is_new && at != next())
            field["id"].wrong(concat(next(), ", the next one, which tokenizers gives it whatever a file says"));
        next.took(id);
        parts.tokens[at] = content;
        parts.added.push_back({.id = id,
                               .special = field["special"].flag(false),
                               .normalized = field["normalized"].flag(true),
                               .in_model = in_model,
                               .lstrip = field["lstrip"].flag(false),
                               .rstrip = field["rstrip"].flag(false)});
    }
}

inline TextSplit read_split(const JsonField& split) {
    split.only({"type", "pattern", "behavior", "invert"});
    const bool is_inverted = split["invert"].flag(false);
    const std::string& behavior = split["behavior"].text();
    if (behavior != "Isolated" && behavior != "Removed") split["behavior"].wrong("Isolated or Removed");
    const JsonField pattern = split["pattern"];
    pattern.only({"Regex"});
    const bool keeps_both = behavior == "Isolated";
    return {pattern["Regex"].text(), keeps_both || is_inverted, keeps_both || !is_inverted};
}

inline TextSplit read_digits(const JsonField& digits) {
    digits.only({"type", "individual_digits"});
    return {std::string(digit_pattern) + (digits["individual_digits"].flag(false) ? "" : "+")};
}

inline bool byte_level_has_rules(const JsonField& byte_level) {
    byte_level.only({"type", "add_prefix_space", "trim_offsets", "use_regex"});
    const JsonField space = byte_level["add_prefix_space"];
    if (space.is_null()) space.wrong("true or false");
    return byte_level["use_regex"].flag(true);
}

/// Cuts that have a name get it: their words are found by one expression.
inline void name_splits(TokenizerParts& parts) {
    const auto known = [&](std::initializer_list<std::string_view> patterns, PreTokenizer name) {
        const bool are_these = std::ranges::equal(parts.splits, patterns, [](const TextSplit& split, auto pattern) {
            return split == TextSplit{std::string(pattern)};
        });
        if (!are_these) return;
        parts.pre_tokenizer = name;
        parts.splits.clear();
    };
    parts.pre_tokenizer = PreTokenizer::splits;
    known({gpt2_pattern}, PreTokenizer::gpt2);
    known({digit_pattern, gpt2_pattern}, PreTokenizer::smollm);
    known({llama3_pattern}, PreTokenizer::llama3);
    known({qwen2_pattern}, PreTokenizer::qwen2);
}

/// `add_prefix_space` is of a text's beginning where there is one step, and of each word's where there are more.
inline void read_pre_tokenizer(const JsonField& field, TokenizerParts& parts) {
    const std::vector<JsonField> steps = steps_of(field, "pretokenizers");
    if (steps.empty()) field.wrong("one step at least");
    if (steps.back()["type"].text() != "ByteLevel") steps.back().wrong("ByteLevel, as the last step");
    const bool has_rules = byte_level_has_rules(steps.back());
    const JsonField space = steps.back()["add_prefix_space"];
    parts.add_prefix_space = space.flag(false);
    if (parts.add_prefix_space && field["type"].text() == "Sequence")
        space.wrong("false, in a Sequence: this is not supported, and would change the ids");
    for (const JsonField& step : std::span(steps).first(steps.size() - 1)) {
        const std::string& type = step["type"].text();
        if (type != "Split" && type != "Digits") step["type"].wrong("Split or Digits, before ByteLevel");
        parts.splits.push_back(type == "Split" ? read_split(step) : read_digits(step));
    }
    if (has_rules) parts.splits.push_back({std::string(gpt2_pattern)});
    name_splits(parts);
}

/// NFC, alone or in a list, is all that is known.
inline void read_normalizer(const JsonField& field, TokenizerParts& parts) {
    for (const JsonField& step : steps_of(field, "normalizers")) {
        if (step["type"].text() != "NFC") step["type"].wrong("NFC");
        parts.nfc = true;
    }
}

inline void read_template(const JsonField& field, TokenizerParts& parts) {
    field.only({"type", "single", "pair", "special_tokens"});
    std::vector<TokenId> before, behind;
    bool has_text = false;
    for (const JsonField& piece : field["single"].list()) {
        piece.only({"SpecialToken", "Sequence"});
        if (!piece["Sequence"].is_null()) {
            if (has_text || piece["Sequence"]["id"].text() != "A") piece.wrong("the text A, once");
            has_text = true;
            continue;
        }
        const std::string& name = piece["SpecialToken"]["id"].text();
        for (const JsonField& id : field["special_tokens"][name.c_str()]["ids"].list())
            (has_text ? behind : before).push_back(id.id());
    }
    if (!has_text) field["single"].wrong("the text A, once");
    parts.prefix.insert(parts.prefix.begin(), before.begin(), before.end());
    parts.suffix.insert(parts.suffix.end(), behind.begin(), behind.end());
}

inline void read_post_processor(const JsonField& field, TokenizerParts& parts) {
    if (field.is_null()) return;
    std::vector<JsonField> steps{field};
    if (field["type"].text() == "Sequence") steps = field["processors"].list();
    for (const JsonField& step : steps) {
        const std::string& type = step["type"].text();
        if (type == "TemplateProcessing")
            read_template(step, parts);
        else if (type != "ByteLevel")  // which moves offsets alone
            step.wrong("ByteLevel, TemplateProcessing, or a Sequence of these");
    }
}

/// What a tokenizer.json says. Its truncation and padding are left alone, as by a plain call in transformers.
inline TokenizerParts read_tokenizer_json(const JsonField& top) {
    if (top.value.is_object() && !top.value.contains("model"))
        fail(top.file, "JSON", "no field \"model\"",
             "a tokenizer.json (of another file of a model the folder that it is in)");
    top.only({"version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer", "post_processor",
              "decoder", "model"});
    if (const JsonField version = top["version"]; !version.is_null() && version.text() != "1.0") version.wrong("1.0");
    for (const char* field : {"truncation", "padding"})
        if (!top[field].is_null() && !top[field].value.is_object()) top[field].wrong("an object, or nothing");
    TokenizerParts parts;
    read_vocabulary_and_merges(top["model"], parts);
    read_added_tokens(top["added_tokens"], top["model"]["vocab"], parts);
    read_post_processor(top["post_processor"], parts);
    if (decodes_pieces(top["decoder"])) {
        parts.pieces = read_piece_rules(top);
        return parts;
    }
    read_byte_level_model(top["model"], parts);
    read_normalizer(top["normalizer"], parts);
    read_pre_tokenizer(top["pre_tokenizer"], parts);
    if (top["decoder"]["type"].text() != "ByteLevel")
        top["decoder"].wrong("ByteLevel, or the Sequence of a vocabulary of SentencePiece's");
    return parts;
}
inline TokenizerParts read_tokenizer_json(std::string_view text, const std::string& file) {
    const nlohmann::json json = parse_json(text, file);
    return read_tokenizer_json(JsonField{json, file, ""});
}

}  // namespace genotype::inline v0_1::detail
