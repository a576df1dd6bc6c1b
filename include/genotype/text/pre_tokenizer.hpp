// How a text is cut into words before byte pair encoding: the regular expressions of known models, run by PCRE2.
#pragma once

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <array>
#include <cstddef>
#include <memory>
#include <new>
#include <string>
#include <string_view>

#include "genotype/shape/error.hpp"

namespace genotype {

/// Rules that cut a text into words.
enum class PreTokenizer {
    gpt2,    // `ByteLevel`: contractions, letters, digits, other signs, each with one space before it; spaces
    smollm,  // `Sequence([Digits(individual_digits=True), ByteLevel()])`: SmolLM, StarCoder
    llama3   // three digits at most, and any sign may come before letters
};

namespace detail {

/// The expressions as `tokenizers` and tokenizer.json files have them.
inline constexpr std::string_view gpt2_pattern =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";
inline constexpr std::string_view llama3_pattern =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
/// GPT-2's where each digit is cut out beforehand: spaces before a digit then are spaces at a text's end.
inline constexpr std::string_view smollm_pattern =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+|\s+(?![^\s\p{N}])|\s+)";

constexpr std::string_view pattern_of(PreTokenizer rules) {
    return rules == PreTokenizer::gpt2 ? gpt2_pattern : rules == PreTokenizer::smollm ? smollm_pattern : llama3_pattern;
}

/// The expression for PCRE2, whose \s has U+180E, which is no space since Unicode 6.3: Unicode's spaces are spelled
/// out.
inline std::string pattern_for_pcre2(std::string_view pattern) {
    constexpr std::string_view spaces = R"(\x{9}-\x{d}\x{20}\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029})"
                                        R"(\x{202f}\x{205f}\x{3000})";
    std::string result;
    bool in_class = false;
    for (std::size_t at = 0; at < pattern.size(); ++at) {
        if (pattern[at] == '[') in_class = true;
        if (pattern[at] == ']') in_class = false;
        const std::string_view two = pattern.substr(at, 2);
        if (two == R"(\s)" || two == R"(\S)") {
            if (!in_class) result += two == R"(\s)" ? "[" : "[^";
            result += spaces;
            if (!in_class) result += ']';
            ++at;
        } else {
            result += pattern[at];
        }
    }
    return result;
}

/// A compiled expression. Copies share it; using it is const and re-entrant.
class WordPattern {
  public:
    explicit WordPattern(PreTokenizer rules) {
        const std::string pattern = pattern_for_pcre2(pattern_of(rules));
        int fault = 0;
        std::size_t at = 0;
        pcre2_code* code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(),
                                         PCRE2_UTF | PCRE2_ANCHORED, &fault, &at, nullptr);
        if (!code) fail("PCRE2", "expression", message(fault), "one that this library compiles, with Unicode");
        code_.reset(code, pcre2_code_free);
        pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);  // without a compiler for this processor it is interpreted
    }

    /// Calls visit(word) for each word of `text`, which is valid UTF-8. Together they are the text.
    template <class Visit>
    void for_each_word(std::string_view text, Visit visit) const {
        const std::unique_ptr<pcre2_match_data, Free> match(pcre2_match_data_create(1, nullptr));
        if (!match) throw std::bad_alloc();
        const std::size_t* const limits = pcre2_get_ovector_pointer(match.get());
        const auto* const data = reinterpret_cast<PCRE2_SPTR>(text.data());
        for (std::size_t at = 0; at < text.size(); at = limits[1]) {
            const int status =
                pcre2_match(code_.get(), data, text.size(), at, PCRE2_NO_UTF_CHECK, match.get(), nullptr);
            if (status < 0 || limits[1] <= at)
                fail("text", "words from byte " + std::to_string(at), message(status), "a word of any kind");
            visit(text.substr(at, limits[1] - at));
        }
    }

  private:
    struct Free {
        void operator()(pcre2_match_data* match) const { pcre2_match_data_free(match); }
    };

    static std::string message(int fault) {
        std::array<PCRE2_UCHAR, 256> text{};
        pcre2_get_error_message(fault, text.data(), text.size());
        return reinterpret_cast<const char*>(text.data());
    }

    std::shared_ptr<const pcre2_code> code_;
};

}  // namespace detail
}  // namespace genotype
