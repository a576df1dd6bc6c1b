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

namespace genotype::inline v0_1 {

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
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*)"
    R"(|\s*[\r\n]+|\s+(?!\S)|\s+)";
/// GPT-2's where each digit is cut out beforehand: spaces before a digit then are spaces at a text's end.
inline constexpr std::string_view smollm_pattern =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+|\s+(?![^\s\p{N}])|\s+)";

constexpr std::string_view pattern_of(PreTokenizer rules) {
    return rules == PreTokenizer::gpt2 ? gpt2_pattern : rules == PreTokenizer::smollm ? smollm_pattern : llama3_pattern;
}

/// Members of a class, spelled out: PCRE2's \s has U+180E, which is no space since Unicode 6.3, and a PCRE2 of another
/// year has another Unicode than `tokenizers`: 10.42, for one, has 14.0. What came in 15.0, 15.1 and 16.0 is added, and
/// to digits, for SmolLM alone, what came in 17.0 (two libraries cut its texts).
inline constexpr std::string_view spaces =
    R"(\x{9}-\x{d}\x{20}\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000})";
inline constexpr std::string_view letter_ranges =
    R"(A-Za-z\p{L}\x{1c89}\x{1c8a}\x{a7cb}-\x{a7cd}\x{a7da}-\x{a7dc}\x{105c0}-\x{105f3}\x{10d4a}-\x{10d65})"
    R"(\x{10d6f}-\x{10d85}\x{10ec2}-\x{10ec4}\x{1123f}\x{11240}\x{11380}-\x{11389}\x{1138b}\x{1138e})"
    R"(\x{11390}-\x{113b5}\x{113b7}\x{113d1}\x{113d3}\x{11bc0}-\x{11be0}\x{11f02}\x{11f04}-\x{11f10})"
    R"(\x{11f12}-\x{11f33}\x{1342f}\x{13441}-\x{13446}\x{13460}-\x{143fa}\x{16100}-\x{1611d})"
    R"(\x{16d40}-\x{16d6c}\x{18cff}\x{1b132}\x{1b155}\x{1df25}-\x{1df2a}\x{1e030}-\x{1e06d})"
    R"(\x{1e4d0}-\x{1e4eb}\x{1e5d0}-\x{1e5ed}\x{1e5f0}\x{2b739}\x{2ebf0}-\x{2ee5d}\x{31350}-\x{323af})";
inline constexpr std::string_view number_signs =
    R"(0-9\p{N}\x{10d40}-\x{10d49}\x{116d0}-\x{116e3}\x{11bf0}-\x{11bf9}\x{11f50}-\x{11f59}\x{16130}-\x{16139})"
    R"(\x{16d70}-\x{16d79}\x{1ccf0}-\x{1ccf9}\x{1d2c0}-\x{1d2d3}\x{1e4f0}-\x{1e4f9}\x{1e5f1}-\x{1e5fa})";
inline constexpr std::string_view later_digits = R"(\x{11de0}-\x{11de9}\x{16ff4}-\x{16ff6})";

/// The expression as PCRE2 takes it, with the classes above.
inline std::string pattern_for_pcre2(PreTokenizer rules) {
    const std::string_view pattern = pattern_of(rules);
    std::string result;
    bool in_class = false;
    const auto put = [&](std::string_view opening, std::string_view members, std::string_view more = {}) {
        if (!in_class) result += opening;
        result += members;
        result += more;
        if (!in_class) result += ']';
    };
    for (std::size_t at = 0; at < pattern.size();) {
        const std::string_view rest = pattern.substr(at);
        if (rest[0] == '[') in_class = true;
        if (rest[0] == ']') in_class = false;
        if (rest.starts_with(R"(\s)") || rest.starts_with(R"(\S)")) {
            put(rest[1] == 's' ? "[" : "[^", spaces);
            at += 2;
        } else if (rest.starts_with(R"(\p{L})")) {
            put("[", letter_ranges);
            at += 5;
        } else if (rest.starts_with(R"(\p{N})")) {
            put("[", number_signs, rules == PreTokenizer::smollm ? later_digits : std::string_view());
            at += 5;
        } else {
            result += rest[0];
            ++at;
        }
    }
    return result;
}

/// A compiled expression. Copies share it; using it is const and re-entrant.
class WordPattern {
  public:
    explicit WordPattern(PreTokenizer rules) {
        const std::string pattern = pattern_for_pcre2(rules);
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
                fail("text", concat("words from byte ", at), message(status), "a word of any kind");
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
}  // namespace genotype::inline v0_1
