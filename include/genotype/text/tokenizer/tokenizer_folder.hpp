// A tokenizer from all files of a folder, with the ids that transformers makes of them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "genotype/files/file_kind.hpp"
#include "genotype/files/utf8.hpp"
#include "genotype/text/tokenizer/tokenizer.hpp"
#include "genotype/text/tokenizer/tokenizer_json.hpp"
#include "genotype/text/tokenizer/tokenizer_settings.hpp"

namespace genotype::inline v0_1::detail {

/// Adds tokens as `tokenizers` does: a token of the vocabulary keeps its id, and a new one gets the next.
class TokenAdder {
  public:
    [[gnu::cold]] TokenAdder(TokenizerParts& parts, std::string vocabulary_file)
        : parts_(parts), file_(std::move(vocabulary_file)), next_(parts) {
        for (std::size_t at = 0; at < parts.added.size(); ++at) place_.emplace(parts.added[at].id, at);
    }

    /// The id. `Error` where the file that lists the token has another one for it.
    [[gnu::cold]] TokenId add(const ListedToken& token) {
        std::optional<TokenId> known = find(token);
        const TokenId id = known ? *known : append(token);
        if (token.id && *token.id != id)
            fail(token.file, token.field, concat("id ", *token.id),
                 concat("id ", id,
                        known ? ", which the vocabulary has for it" : ", the next one, which tokenizers gives it"));
        const auto [place, is_new] = place_.emplace(id, parts_.added.size());
        if (is_new) parts_.added.push_back({.id = id, .special = token.special, .in_model = known.has_value()});
        next_.took(id);
        AddedToken& added = parts_.added[place->second];
        added.special = added.special || token.special;  // once special, it is left out by decode
        added.normalized = token.normalized;
        added.lstrip = token.lstrip;
        added.rstrip = token.rstrip;
        return id;
    }

  private:
    [[gnu::cold]] std::optional<TokenId> find(const ListedToken& token) {
        const auto has = [&](TokenId id) {
            const auto at = static_cast<std::size_t>(id);
            return at < parts_.tokens.size() && parts_.tokens[at] == token.content;
        };
        if (token.id && has(*token.id)) return token.id;
        if (ids_.empty())
            for (std::size_t at = 0; at < parts_.tokens.size(); ++at)
                if (!parts_.tokens[at].empty()) ids_.emplace(parts_.tokens[at], static_cast<TokenId>(at));
        const auto found = ids_.find(token.content);
        return found == ids_.end() ? std::nullopt : std::optional(found->second);
    }
    [[gnu::cold]] TokenId append(const ListedToken& token) {
        const std::size_t at = next_();
        if (at < parts_.tokens.size() && !parts_.tokens[at].empty())
            fail(file_, "vocabulary",
                 concat("the id ", at, " for ", in_quotes(parts_.tokens[at]), ", and fewer tokens than ids"),
                 concat("each id from 0 on, as ", in_quotes(token.content), " (", token.field,
                        ") is to be added behind them"));
        if (at >= parts_.tokens.size()) parts_.tokens.resize(at + 1);
        parts_.tokens[at] = token.content;
        const auto id = static_cast<TokenId>(at);
        ids_.emplace(token.content, id);
        return id;
    }

    TokenizerParts& parts_;
    std::string file_;
    NextAddedId next_;
    std::unordered_map<TokenId, std::size_t> place_;  // in `added`
    std::unordered_map<std::string, TokenId> ids_;
};

/// What GPT-2's two files say, without added tokens.
[[gnu::cold]] inline TokenizerParts read_gpt2_files(std::string_view vocabulary, const std::string& vocabulary_file,
                                                    std::string_view merges, const std::string& merges_file) {
    const nlohmann::json json = parse_json(vocabulary, vocabulary_file);
    TokenizerParts parts;
    parts.tokens = read_vocabulary({json, vocabulary_file, "vocabulary"});
    expect_no_other_kind(merges_file, "text", merges.substr(0, 512), "merges.txt", false);
    if (!is_utf8(merges)) fail(merges_file, "text", "something else", "UTF-8");
    while (!merges.empty()) {
        std::string_view line = merges.substr(0, merges.find('\n'));
        merges.remove_prefix(std::min(merges.size(), line.size() + 1));
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (line.starts_with("#version")) continue;
        if (std::count(line.begin(), line.end(), ' ') != 1)
            fail(merges_file, concat("merge ", parts.merges.size()), in_quotes(std::string(line)),
                 "two tokens with one space between them");
        parts.merges.emplace_back(line);
    }
    return parts;
}

/// What transformers makes of a folder's files together.
class TokenizerFolder {
  public:
    /// `files` must outlive it.
    [[gnu::cold]] explicit TokenizerFolder(const FolderTexts& files)
        : files_(files),
          settings_(files),
          is_qwen2_(settings_.tokenizer_class() == TokenizerClass::qwen2),
          is_made_anew_(is_qwen2_ || settings_.tokenizer_class() == TokenizerClass::gpt2) {}

    TokenizerParts read() { return files_.has("tokenizer.json") ? read_json() : read_two(); }

  private:
    [[gnu::cold]] TokenizerParts read_json() {
        file_ = files_.path("tokenizer.json");
        const nlohmann::json json = parse_json(files_.text("tokenizer.json"), file_);
        const JsonField top{json, file_, ""};
        TokenizerParts parts = read_tokenizer_json(top);
        if (const JsonField padding = top["padding"]; !padding.is_null() && padding["pad_token"].value.is_string())
            padding_ = padding["pad_token"].text();
        const std::vector<ListedToken> of_file = list_added(parts);
        if (is_made_anew_) {
            // These classes keep the vocabulary and the merges, and add tokens anew.
            read_prefix_space(top, parts);
            if (parts.pieces) top["decoder"].wrong(concat("ByteLevel, for a ", class_name()));
            if (parts.ignore_merges) top["model"]["ignore_merges"].wrong(concat("false, for a ", class_name()));
            take_added(parts);
        }
        add_tokens(parts, settings_.has_decoder() ? std::vector<ListedToken>() : of_file);
        expect_all(parts, of_file);
        return parts;
    }

    [[gnu::cold]] TokenizerParts read_two() {
        file_ = files_.path("vocab.json");
        TokenizerParts parts =
            read_gpt2_files(files_.text("vocab.json"), file_, files_.text("merges.txt"), files_.path("merges.txt"));
        parts.add_prefix_space = settings_.config("add_prefix_space").flag(false);
        if (is_qwen2_) {
            if (parts.add_prefix_space) settings_.config("add_prefix_space").wrong("false, for a Qwen2Tokenizer");
            parts.pre_tokenizer = PreTokenizer::qwen2;
            parts.nfc = true;
        }
        add_tokens(parts, {});
        add_around(parts, "add_bos_token", "bos_token", parts.prefix);
        add_around(parts, "add_eos_token", "eos_token", parts.suffix);
        return parts;
    }

    [[gnu::cold]] void read_prefix_space(const JsonField& top, TokenizerParts& parts) const {
        const JsonField setting = settings_.config("add_prefix_space");
        const bool is_wanted = setting.flag(false);
        if (parts.add_prefix_space && !is_wanted)
            top["pre_tokenizer"]["add_prefix_space"].wrong(
                concat("false, as add_prefix_space of tokenizer_config.json, by which a ", class_name(), " goes"));
        if (is_wanted && parts.pre_tokenizer != PreTokenizer::gpt2)
            setting.wrong("false, where tokenizer.json has other rules than GPT-2's");
        parts.add_prefix_space = is_wanted;
    }

    [[gnu::cold]] std::vector<ListedToken> list_added(const TokenizerParts& parts) const {
        std::vector<ListedToken> tokens;
        for (const AddedToken& added : parts.added) {
            const std::string& content = parts.tokens[static_cast<std::size_t>(added.id)];
            tokens.push_back({content, added.special, added.normalized, added.id, file_,
                              concat("added token ", in_quotes(content)), added.lstrip, added.rstrip});
        }
        return tokens;
    }
    [[gnu::cold]] static void take_added(TokenizerParts& parts) {
        for (const AddedToken& added : parts.added)
            if (!added.in_model) parts.tokens[static_cast<std::size_t>(added.id)].clear();
        parts.added.clear();
        while (!parts.tokens.empty() && parts.tokens.back().empty()) parts.tokens.pop_back();
    }
    [[gnu::cold]] void expect_all(const TokenizerParts& parts, const std::vector<ListedToken>& of_file) const {
        std::unordered_set<TokenId> added;
        for (const AddedToken& each : parts.added) added.insert(each.id);
        for (const ListedToken& token : of_file) {
            if (!added.contains(*token.id) || parts.tokens[static_cast<std::size_t>(*token.id)] != token.content)
                fail(token.file, token.field, concat("id ", *token.id),
                     concat("the same in added_tokens_decoder of ", settings_.file(), ", by which a ", class_name(),
                            " goes"));
        }
    }

    [[gnu::cold]] void add_tokens(TokenizerParts& parts, const std::vector<ListedToken>& of_file) const {
        std::map<TokenId, ListedToken> listed = settings_.listed();
        for (const ListedToken& token : of_file) listed.insert_or_assign(*token.id, token);
        std::unordered_set<std::string> known;
        for (const AddedToken& added : parts.added) known.insert(parts.tokens[static_cast<std::size_t>(added.id)]);
        const std::vector<ListedToken> named = settings_.named(padding_);
        TokenAdder adder(parts, file_);
        for (auto& [id, token] : listed) {
            for (const ListedToken& role : named) token.special = token.special || role.content == token.content;
            adder.add(token);
            known.insert(token.content);
        }
        std::size_t size = parts.tokens.size(), own = 0;
        for (std::size_t at = 0; at < named.size(); ++at) {
            if (known.contains(named[at].content)) continue;
            ListedToken token = named[at];
            token.special = true;
            adder.add(token);
            if (parts.tokens.size() > size && at + settings_.own_name_count() >= named.size() && ++own > 1)
                fail(token.file, token.field, in_quotes(token.content),
                     "a token of the vocabulary or of added_tokens_decoder: which id it gets cannot be told");
            size = parts.tokens.size();
        }
        const std::vector<ListedToken> extra = settings_.extra();
        for (const ListedToken& token : extra)
            if (!known.contains(token.content)) adder.add(token);
        // A Qwen2Tokenizer adds all of these once more, as special ones.
        if (is_qwen2_)
            for (const auto* list : {&named, &extra})
                for (ListedToken token : *list) {
                    token.special = true;
                    token.normalized = false;
                    adder.add(token);
                }
    }

    [[gnu::cold]] void add_around(TokenizerParts& parts, const char* flag, const char* role,
                                  std::vector<TokenId>& to) const {
        if (!settings_.config(flag).flag(false)) return;
        const std::optional<ListedToken> token = settings_.role(role);
        if (!token) return;
        if (token->content.find_first_of(" \t\r\n:$") != std::string::npos)
            fail(token->file, token->field, in_quotes(token->content),
                 "no space, colon or dollar, which templates have");
        for (const AddedToken& added : parts.added)
            if (parts.tokens[static_cast<std::size_t>(added.id)] == token->content) to.push_back(added.id);
    }

    const char* class_name() const { return is_qwen2_ ? "Qwen2Tokenizer" : "GPT2Tokenizer"; }

    const FolderTexts& files_;
    TokenizerSettings settings_;
    bool is_qwen2_, is_made_anew_;
    std::string file_ = {};
    std::optional<std::string> padding_ = {};
};

}  // namespace genotype::inline v0_1::detail
