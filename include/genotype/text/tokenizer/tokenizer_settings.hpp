// What the files beside a tokenizer's own say of it: tokenizer_config.json, special_tokens_map.json, added_tokens.json,
// and of config.json the class.
#pragma once

#include <algorithm>
#include <array>
#include <filesystem>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "genotype/text/families.hpp"
#include "genotype/text/files/json_field.hpp"
#include "genotype/text/files/read_text.hpp"

namespace genotype::inline v0_1::detail {

/// A token that some file wants to be found in texts as it stands.
struct ListedToken {
    std::string content = {};
    bool special = true;
    bool normalized = false;
    std::optional<TokenId> id = {};     // where the file says one
    std::string file = {}, field = {};  // where it is listed, for messages
    bool lstrip = false, rstrip = false;
};

/// What transformers' `AddedToken(**fields)` makes of an object. Other fields mean nothing to it.
[[gnu::cold]] inline ListedToken read_listed_token(const JsonField& field, bool is_special) {
    field["single_word"].expect_nothing();
    const std::string& content = field["content"].text();
    if (content.empty()) field["content"].wrong("a text that is not empty");
    const bool special = is_special || field["special"].flag(false);
    return {content,    special,    field["normalized"].flag(!special), {},
            field.file, field.name, field["lstrip"].flag(false),        field["rstrip"].flag(false)};
}

/// The class that transformers would make of a folder, as far as it matters: `gpt2` and `qwen2` are made anew of a
/// vocabulary and merges, `by_file` is as tokenizer.json has it.
enum class TokenizerClass { gpt2, qwen2, by_file };

/// Files of one folder by their names: their texts, and their paths for messages.
class FolderTexts {
  public:
    [[gnu::cold]] explicit FolderTexts(std::filesystem::path folder) : folder_(std::move(folder)) {}

    /// Those of these that are there.
    [[gnu::cold]] void read(std::initializer_list<const char*> names) {
        for (const char* name : names)
            if (has_entry(folder_ / name)) texts_[name] = read_text(folder_ / name);
    }
    void put(const char* name, std::string text) { texts_[name] = std::move(text); }
    bool has(const std::string& name) const { return texts_.contains(name); }
    const std::string& text(const std::string& name) const { return texts_.at(name); }
    std::string path(const std::string& name) const { return (folder_ / name).string(); }
    /// A file that is one object; an empty one where there is no such file.
    [[gnu::cold]] nlohmann::json object(const std::string& name) const {
        return has(name) ? parse_json_object(text(name), path(name)) : nlohmann::json::object();
    }

  private:
    std::filesystem::path folder_;
    std::map<std::string, std::string> texts_;
};

/// Transformers 5.24's reading of the fields that change ids or decoded texts. Fields that change neither (lengths,
/// sides, templates, spaces that are cleaned up) are left alone, and those that would and are not known here are
/// refused by name. Source: transformers 5.24, tokenization_utils_base.py and tokenization_utils_tokenizers.py.
class TokenizerSettings {
  public:
    [[gnu::cold]] explicit TokenizerSettings(const FolderTexts& files)
        : config_file_(files.path("tokenizer_config.json")),
          map_file_(files.path("special_tokens_map.json")),
          added_file_(files.path("added_tokens.json")),
          has_tokenizer_json_(files.has("tokenizer.json")),
          config_(files.object("tokenizer_config.json")) {
        refuse_unknown();
        kind_ = class_of(files);
        // What lists added tokens itself is taken for the whole.
        if (has_decoder()) return;
        map_ = files.object("special_tokens_map.json");
        added_ = files.object("added_tokens.json");
        for (const auto& [key, value] : map_.items())
            if (!key.ends_with("_token") && !key.ends_with("_special_tokens"))
                fail(map_file_, key, "a field of this name", "names of special tokens alone");
    }

    TokenizerClass tokenizer_class() const { return kind_; }
    /// A field of tokenizer_config.json.
    JsonField config(const char* key) const { return top(config_, config_file_)[key]; }

    bool has_decoder() const { return config_.contains("added_tokens_decoder"); }

    /// The tokens of `added_tokens_decoder`, or of added_tokens.json where there is none, by their ids.
    [[gnu::cold]] std::map<TokenId, ListedToken> listed() const {
        std::map<TokenId, ListedToken> tokens;
        const auto put = [&](const JsonField& field, TokenId id, ListedToken token) {
            token.id = id;
            if (!tokens.emplace(id, std::move(token)).second) field.wrong("each id once");
        };
        if (has_decoder()) {
            const JsonField decoder = config("added_tokens_decoder");
            if (!decoder.value.is_object()) decoder.wrong("an object from ids to tokens");
            for (const auto& [key, value] : decoder.value.items()) {
                const JsonField field{value, config_file_, decoder.name + " " + in_quotes(key)};
                put(field, id_of(key, field), read_listed_token(field, false));
            }
            return tokens;
        }
        std::vector<std::string> specials;
        for (const char* name : standard_names)
            if (has(name) && !setting(name).is_null() && !is_typed(setting(name)))
                specials.push_back(token_of(setting(name)).content);
        for (const ListedToken& token : extra_tokens(true)) specials.push_back(token.content);
        for (const auto& [content, number] : added_.items()) {
            const JsonField field{number, added_file_, in_quotes(content)};
            if (content.empty()) field.wrong("a text that is not empty");
            const bool special = std::find(specials.begin(), specials.end(), content) != specials.end();
            put(field, field.id(), {content, special, !special, {}, added_file_, in_quotes(content)});
        }
        return tokens;
    }

    /// Tokens that have a role: beginning and end of texts and so on, and those with names of a model's own.
    [[gnu::cold]] std::vector<ListedToken> named(const std::optional<std::string>& padding) const {
        std::vector<ListedToken> tokens;
        for (const char* name : standard_names)
            if (const auto token = role(name, padding)) tokens.push_back(*token);
        for (ListedToken& token : own_names()) tokens.push_back(std::move(token));
        return tokens;
    }
    /// The token of one role: "bos_token".
    [[gnu::cold]] std::optional<ListedToken> role(const char* name,
                                                  const std::optional<std::string>& padding = {}) const {
        const std::string_view key = name;
        if (has(name)) return setting(name).is_null() ? std::nullopt : std::optional(token_of(setting(name)));
        const bool of_both = key == "eos_token" || key == "unk_token";
        if ((kind_ == TokenizerClass::gpt2 && (of_both || key == "bos_token")) ||
            (kind_ == TokenizerClass::qwen2 && (of_both || key == "pad_token")))
            return ListedToken{.content = "<|endoftext|>", .file = config_file_, .field = name};
        if (kind_ == TokenizerClass::by_file && key == "pad_token" && padding)
            return ListedToken{.content = *padding, .file = config_file_, .field = name};
        return std::nullopt;
    }
    /// The special tokens without a role.
    std::vector<ListedToken> extra() const { return extra_tokens(false); }
    /// How many of the named tokens have a model's own names, and so no order here.
    std::size_t own_name_count() const { return own_names().size(); }
    const std::string& file() const { return config_file_; }

  private:
    static constexpr std::array<const char*, 7> standard_names{"bos_token", "eos_token", "unk_token", "sep_token",
                                                               "pad_token", "cls_token", "mask_token"};

    static JsonField top(const nlohmann::json& json, const std::string& file) { return {json, file, ""}; }
    [[gnu::cold]] static bool is_standard(std::string_view key) {
        return std::find(standard_names.begin(), standard_names.end(), key) != standard_names.end();
    }
    [[gnu::cold]] static TokenId id_of(const std::string& key, const JsonField& field) {
        const bool is_number = !key.empty() && key.size() < 10 && key.find_first_not_of("0123456789") == key.npos;
        if (!is_number) fail(field.file, field.name, in_quotes(key), "a token's id");
        return static_cast<TokenId>(std::stol(key));
    }

    [[gnu::cold]] TokenizerClass class_of(const FolderTexts& files) const {
        const nlohmann::json model = files.object("config.json");
        const std::string file = files.path("config.json");
        const JsonField of_model = top(model, file), named = config("tokenizer_class");
        const TokenizerClass of_family = class_by(class_of_family(of_model["model_type"], TextFamilies{}));
        const JsonField name = named.is_null() ? of_model["tokenizer_class"] : named;
        const TokenizerClass found = name.is_null() ? of_family : class_of(name);
        if (of_model["model_type"].value == "qwen2" && found == TokenizerClass::gpt2)
            name.wrong("Qwen2Tokenizer, which transformers takes for this model_type of config.json");
        if (found == TokenizerClass::qwen2 && config("extra_special_tokens").value.is_object() &&
            files.object("special_tokens_map.json").contains("extra_special_tokens"))
            config("extra_special_tokens").wrong("none, beside those of special_tokens_map.json");
        return has_tokenizer_json_ || found == TokenizerClass::qwen2 ? found : TokenizerClass::gpt2;
    }
    template <class... Configs>
    [[gnu::cold]] static std::string_view class_of_family(const JsonField& type, TextFamilyList<Configs...>) {
        std::string_view found;
        const auto compare = [&](const FamilyFacts& family) {
            if (type.value == family.name) found = family.tokenizer_class;
        };
        (compare(TextFamily<Configs>::facts), ...);
        return found;
    }
    [[gnu::cold]] TokenizerClass class_of(const JsonField& field) const {
        std::string name = field.text();
        if (name.ends_with("Fast")) name.resize(name.size() - 4);
        if (const TokenizerClass known = class_by(name); known != TokenizerClass::by_file) return known;
        const std::string or_file =
            has_tokenizer_json_ ? " (tokenizer.json itself, as a file, is read by what it says)" : "";
        for (const char* known : {"PreTrainedTokenizer", "LlamaTokenizer", "TokenizersBackend"})
            if (name == known) {
                if (has_tokenizer_json_) return TokenizerClass::by_file;
                field.wrong("GPT2Tokenizer or Qwen2Tokenizer, beside vocab.json and merges.txt");
            }
        field.wrong("GPT2Tokenizer, Qwen2Tokenizer, LlamaTokenizer, PreTrainedTokenizerFast or TokenizersBackend" +
                    or_file);
    }
    static TokenizerClass class_by(std::string_view name) {
        return name == "GPT2Tokenizer"    ? TokenizerClass::gpt2
               : name == "Qwen2Tokenizer" ? TokenizerClass::qwen2
                                          : TokenizerClass::by_file;
    }

    [[gnu::cold]] void refuse_unknown() const {
        for (const char* key :
             {"split_special_tokens", "fix_mistral_regex", "init_inputs", "vocab", "merges", "tokenizer_object",
              "gguf_file", "clean_up_tokenization_spaces_for_bpe_even_though_it_will_corrupt_output"})
            config(key).expect_nothing();
        if (const JsonField own = config("auto_map"); !own.is_null())
            if (!own.value.is_object() || !own["AutoTokenizer"].is_null())
                own.wrong("nothing for AutoTokenizer: a model's own code is not run");
        if (const JsonField files = config("fast_tokenizer_files"); !files.is_null())
            for (const JsonField& file : files.list())
                if (file.text() != "tokenizer.json") file.wrong("tokenizer.json, which is the one that is read");
    }

    bool has(const char* key) const { return map_.contains(key) || config_.contains(key); }
    /// special_tokens_map.json comes before tokenizer_config.json.
    JsonField setting(const char* key) const { return map_.contains(key) ? top(map_, map_file_)[key] : config(key); }
    bool from_map(const JsonField& field) const { return &field.file == &map_file_; }
    /// An object that only becomes a token once added_tokens.json has been read.
    static bool is_typed(const JsonField& field) { return field.value.is_object() && !field["__type"].is_null(); }

    [[gnu::cold]] ListedToken token_of(const JsonField& field) const {
        if (field.value.is_string()) {
            if (field.text().empty()) field.wrong("a text that is not empty");
            return {.content = field.text(), .file = field.file, .field = field.name};
        }
        if (!field.value.is_object()) field.wrong("a token: a text or an object");
        if (!from_map(field) && field["__type"].value != "AddedToken") field["__type"].wrong("AddedToken");
        return read_listed_token(field, from_map(field));
    }

    /// Fields such as `image_token`, and objects from names to tokens.
    [[gnu::cold]] std::vector<ListedToken> own_names() const {
        std::vector<ListedToken> tokens;
        const auto take = [&](const JsonField& field) { tokens.push_back(token_of(field)); };
        for (const auto* json : {&config_, &map_})
            for (const auto& [key, value] : json->items()) {
                if (!key.ends_with("_token") || is_standard(key) || (json == &config_ && map_.contains(key))) continue;
                const bool is_token =
                    value.is_string() || (value.is_object() && (json == &map_ || value.contains("__type")));
                if (is_token && key != "add_bos_token" && key != "add_eos_token")
                    take({value, json == &map_ ? map_file_ : config_file_, key});
            }
        for (const char* key : {"extra_special_tokens", "model_specific_special_tokens"})
            if (has(key) && setting(key).value.is_object())
                for (const auto& [name, value] : setting(key).value.items())
                    take({value, setting(key).file, std::string(key) + "." + name});
        return tokens;
    }

    /// `additional_special_tokens` is the older name, which counts where there are none of the newer. `as_names`: those
    /// that are known before objects with a type become tokens.
    [[gnu::cold]] std::vector<ListedToken> extra_tokens(bool as_names) const {
        const auto list = [&](const char* key, const nlohmann::json& json) {
            std::vector<ListedToken> tokens;
            const JsonField field = top(json, &json == &map_ ? map_file_ : config_file_)[key];
            if (field.is_null() || field.value.is_object()) return tokens;
            for (const JsonField& item : field.list()) {
                if (as_names && &json == &config_ && is_typed(item)) continue;
                // Objects without a type: transformers refuses them too, but in the newer field of the map.
                const bool may_be_plain = &json == &map_ && std::string_view(key) == "extra_special_tokens";
                if (item.value.is_object() && !may_be_plain && item["__type"].value != "AddedToken")
                    item.wrong("a text, or an object with the type AddedToken");
                tokens.push_back(item.value.is_object() ? read_listed_token(item, may_be_plain) : token_of(item));
            }
            return tokens;
        };
        const JsonField newer = config("extra_special_tokens");
        const bool is_older =
            (newer.value.empty() || newer.value.is_object()) && config_.contains("additional_special_tokens");
        std::vector<ListedToken> tokens =
            list(is_older ? "additional_special_tokens" : "extra_special_tokens", config_);
        bool is_there = is_older || (config_.contains("extra_special_tokens") && !newer.value.is_object());
        if (map_.contains("extra_special_tokens")) {
            is_there = !map_["extra_special_tokens"].is_object();
            if (!map_["extra_special_tokens"].is_array()) tokens.clear();
            for (ListedToken& token : list("extra_special_tokens", map_)) tokens.push_back(std::move(token));
        }
        if (!as_names && !is_there) tokens = list("additional_special_tokens", map_);
        return tokens;
    }

    std::string config_file_, map_file_, added_file_;
    bool has_tokenizer_json_;
    TokenizerClass kind_ = TokenizerClass::by_file;
    nlohmann::json config_, map_ = nlohmann::json::object(), added_ = nlohmann::json::object();
};

}  // namespace genotype::inline v0_1::detail
