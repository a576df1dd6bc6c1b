// How a text is cut into words before byte pair encoding: by regular expressions, run by PCRE2.
#pragma once

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "genotype/io/words.hpp"
#include "genotype/shape/error.hpp"
#include "genotype/text/tokenizer/split_pattern.hpp"

namespace genotype::inline v0_1 {

/// Rules that cut a text into words.
enum class PreTokenizer {
    gpt2,    // `ByteLevel`: contractions, letters, digits, other signs, each with one space before it; spaces
    smollm,  // `Sequence([Digits(individual_digits=True), ByteLevel()])`: SmolLM, StarCoder
    llama3,  // three digits at most, and any sign may come before letters
    qwen2,   // the same with each digit apart
    splits   // as `TokenizerParts::splits` says
};

/// A cut of a text by a regular expression. `tokenizers`: `Split(Regex(pattern), behavior)`: "isolated" keeps both,
/// "removed" the rest alone, and with `invert=True` the matches alone.
struct TextSplit {
    std::string pattern;  ///< in Oniguruma's syntax, as tokenizer.json has it
    bool keep_matches = true, keep_rest = true;

    friend bool operator==(const TextSplit&, const TextSplit&) = default;
};

namespace detail {

/// The expressions as `tokenizers` and tokenizer.json files have them.
inline constexpr std::string_view gpt2_pattern =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";
inline constexpr std::string_view llama3_pattern =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*)"
    R"(|\s*[\r\n]+|\s+(?!\S)|\s+)";
inline constexpr std::string_view qwen2_pattern =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*)"
    R"(|\s*[\r\n]+|\s+(?!\S)|\s+)";
/// What `Digits` takes for one, by a newer Unicode than the expressions', 17.0: another library looks at it.
inline constexpr std::string_view digit_pattern = R"([\p{N}\x{11de0}-\x{11de9}\x{16ff4}-\x{16ff6}])";
/// GPT-2's where each digit is cut out beforehand: spaces before a digit then are spaces at a text's end.
inline constexpr std::string_view smollm_pattern =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+|[\p{N}\x{11de0}-\x{11de9}\x{16ff4}-\x{16ff6}])"
    R"(| ?[^\s\p{L}\p{N}\x{11de0}-\x{11de9}\x{16ff4}-\x{16ff6}]+)"
    R"(|\s+(?![^\s\p{N}\x{11de0}-\x{11de9}\x{16ff4}-\x{16ff6}])|\s+)";

/// Of rules that are one expression.
constexpr std::string_view pattern_of(PreTokenizer rules) {
    switch (rules) {
        case PreTokenizer::smollm:
            return smollm_pattern;
        case PreTokenizer::llama3:
            return llama3_pattern;
        case PreTokenizer::qwen2:
            return qwen2_pattern;
        default:
            return gpt2_pattern;
    }
}

/// A compiled expression. Copies share it; using it is const and re-entrant.
class WordPattern {
  public:
    /// `Error`, with `where`, for an expression that is not known to mean the same here as in `tokenizers`.
    [[gnu::cold]] explicit WordPattern(std::string_view pattern, const std::string& where) {
        const auto wrong = [&](const std::string& found, const char* expected) {
            fail(where, concat("expression ", in_quotes(pattern)), found, expected);
        };
        const SplitPattern known(pattern);
        if (!known.fault().empty())
            wrong(in_quotes(known.fault()),
                  "what Oniguruma and PCRE2 take alike: classes (\\s, \\d, \\p{L} ...), groups, repetitions");
        int fault = 0;
        std::size_t at = 0;
        pcre2_code* code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(known.text().data()), known.text().size(),
                                         PCRE2_UTF, &fault, &at, nullptr);
        if (!code) wrong(message(fault), "one that PCRE2 compiles, with Unicode");
        code_.reset(code, pcre2_code_free);
        std::uint32_t is_empty = 0;
        pcre2_pattern_info(code, PCRE2_INFO_MATCHEMPTY, &is_empty);
        if (is_empty != 0) wrong("one that nothing matches, too", "one whose matches have a character at least");
        pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);  // without a compiler for this processor it is interpreted
    }

    /// Calls match(part) and rest(part) for the parts of `text`, which is valid UTF-8, in their order. Together they
    /// are the text.
    template <class Match, class Rest>
    void split(std::string_view text, const Match& match, const Rest& rest) const {
        const std::unique_ptr<pcre2_match_data, Free> found(pcre2_match_data_create(1, nullptr));
        if (!found) throw std::bad_alloc();
        const std::size_t* const limits = pcre2_get_ovector_pointer(found.get());
        for (std::size_t at = 0; at < text.size(); at = limits[1]) {
            const int status = find(text, at, found.get());
            if (status == PCRE2_ERROR_NOMATCH) return rest(text.substr(at));
            if (status < 0) fail("text", concat("words from byte ", at), message(status), "a word of any kind");
            if (limits[0] > at) rest(text.substr(at, limits[0] - at));
            match(text.substr(limits[0], limits[1] - limits[0]));
        }
    }

  private:
    struct Free {
        void operator()(pcre2_match_data* match) const { pcre2_match_data_free(match); }
    };

    int find(std::string_view text, std::size_t at, pcre2_match_data* found) const {
        const auto* const data = reinterpret_cast<PCRE2_SPTR>(text.data());
        const int status = pcre2_match(code_.get(), data, text.size(), at, PCRE2_NO_UTF_CHECK, found, nullptr);
        if (status != PCRE2_ERROR_JIT_STACKLIMIT) return status;
        // The interpreter has the heap for what a long word needs.
        return pcre2_match(code_.get(), data, text.size(), at, PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT, found, nullptr);
    }
    static std::string message(int fault) {
        std::array<PCRE2_UCHAR, 256> text{};
        pcre2_get_error_message(fault, text.data(), text.size());
        return reinterpret_cast<const char*>(text.data());
    }

    std::shared_ptr<const pcre2_code> code_;
};

/// All cuts of a tokenizer: each cuts the parts that the one before has left.
class WordCuts {
  public:
    [[gnu::cold]] WordCuts(PreTokenizer rules, const std::vector<TextSplit>& splits, const std::string& where) {
        if (rules != PreTokenizer::splits) {
            if (!splits.empty()) fail(where, "splits", splits.size(), "none, beside rules with a name");
            cuts_.push_back({WordPattern(pattern_of(rules), where)});
        }
        for (const TextSplit& split : splits)
            cuts_.push_back({WordPattern(split.pattern, where), split.keep_matches, split.keep_rest});
    }

    /// Calls visit(word) for each word of `text`, which is valid UTF-8.
    template <class Visit>
    void for_each_word(std::string_view text, const Visit& visit) const {
        if (!text.empty()) cut(text, 0, visit);
    }

  private:
    struct Cut {
        WordPattern pattern;
        bool keep_matches = true, keep_rest = true;
    };

    template <class Visit>
    void cut(std::string_view text, std::size_t from, const Visit& visit) const {
        if (from == cuts_.size()) return visit(text);
        const Cut& own = cuts_[from];
        own.pattern.split(
            text,
            [&](std::string_view part) {
                if (own.keep_matches) cut(part, from + 1, visit);
            },
            [&](std::string_view part) {
                if (own.keep_rest) cut(part, from + 1, visit);
            });
    }

    std::vector<Cut> cuts_;
};

}  // namespace detail
}  // namespace genotype::inline v0_1
