// Regular expressions of tokenizer.json files, which `tokenizers` has run by Oniguruma, as PCRE2 takes them.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "genotype/shape/error.hpp"

namespace genotype::inline v0_1::detail {

/// Members of a class, spelled out: PCRE2's \s has U+180E, which is no space since Unicode 6.3, and a PCRE2 of another
/// year has another Unicode than `tokenizers`: 10.42, for one, has 14.0. What came in 15.0, 15.1 and 16.0 is added.
inline constexpr std::string_view spaces =
    R"(\x{9}-\x{d}\x{20}\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000})";

struct UnicodeClass {
    std::string_view name, members;
};
inline constexpr std::array<UnicodeClass, 11> unicode_classes{{
    {"L", R"(A-Za-z\p{L}\x{1c89}\x{1c8a}\x{a7cb}-\x{a7cd}\x{a7da}-\x{a7dc}\x{105c0}-\x{105f3}\x{10d4a}-\x{10d65})"
          R"(\x{10d6f}-\x{10d85}\x{10ec2}-\x{10ec4}\x{1123f}\x{11240}\x{11380}-\x{11389}\x{1138b}\x{1138e})"
          R"(\x{11390}-\x{113b5}\x{113b7}\x{113d1}\x{113d3}\x{11bc0}-\x{11be0}\x{11f02}\x{11f04}-\x{11f10})"
          R"(\x{11f12}-\x{11f33}\x{1342f}\x{13441}-\x{13446}\x{13460}-\x{143fa}\x{16100}-\x{1611d})"
          R"(\x{16d40}-\x{16d6c}\x{18cff}\x{1b132}\x{1b155}\x{1df25}-\x{1df2a}\x{1e030}-\x{1e06d})"
          R"(\x{1e4d0}-\x{1e4eb}\x{1e5d0}-\x{1e5ed}\x{1e5f0}\x{2b739}\x{2ebf0}-\x{2ee5d}\x{31350}-\x{323af})"},
    {"Lu", R"(\p{Lu}\x{1c89}\x{a7cb}\x{a7cc}\x{a7da}\x{a7dc}\x{10d50}-\x{10d65})"},
    {"Ll", R"(\p{Ll}\x{1c8a}\x{a7cd}\x{a7db}\x{10d70}-\x{10d85}\x{1df25}-\x{1df2a})"},
    {"Lt", R"(\p{Lt})"},
    {"Lm", R"(\p{Lm}\x{10d4e}\x{10d6f}\x{16d40}-\x{16d42}\x{16d6b}\x{16d6c}\x{1e030}-\x{1e06d}\x{1e4eb})"},
    {"Lo", R"(\p{Lo}\x{105c0}-\x{105f3}\x{10d4a}-\x{10d4d}\x{10d4f}\x{10ec2}-\x{10ec4}\x{1123f}\x{11240})"
           R"(\x{11380}-\x{11389}\x{1138b}\x{1138e}\x{11390}-\x{113b5}\x{113b7}\x{113d1}\x{113d3}\x{11bc0}-\x{11be0})"
           R"(\x{11f02}\x{11f04}-\x{11f10}\x{11f12}-\x{11f33}\x{1342f}\x{13441}-\x{13446}\x{13460}-\x{143fa})"
           R"(\x{16100}-\x{1611d}\x{16d43}-\x{16d6a}\x{18cff}\x{1b132}\x{1b155}\x{1e4d0}-\x{1e4ea})"
           R"(\x{1e5d0}-\x{1e5ed}\x{1e5f0}\x{2b739}\x{2ebf0}-\x{2ee5d}\x{31350}-\x{323af})"},
    {"M", R"(\p{M}\x{897}\x{cf3}\x{ece}\x{10d69}-\x{10d6d}\x{10efc}-\x{10eff}\x{11241}\x{113b8}-\x{113c0}\x{113c2})"
          R"(\x{113c5}\x{113c7}-\x{113ca}\x{113cc}-\x{113d0}\x{113d2}\x{113e1}\x{113e2}\x{11f00}\x{11f01}\x{11f03})"
          R"(\x{11f34}-\x{11f3a}\x{11f3e}-\x{11f42}\x{11f5a}\x{13440}\x{13447}-\x{13455}\x{1611e}-\x{1612f})"
          R"(\x{1e08f}\x{1e4ec}-\x{1e4ef}\x{1e5ee}\x{1e5ef})"},
    {"N", R"(0-9\p{N}\x{10d40}-\x{10d49}\x{116d0}-\x{116e3}\x{11bf0}-\x{11bf9}\x{11f50}-\x{11f59}\x{16130}-\x{16139})"
          R"(\x{16d70}-\x{16d79}\x{1ccf0}-\x{1ccf9}\x{1d2c0}-\x{1d2d3}\x{1e4f0}-\x{1e4f9}\x{1e5f1}-\x{1e5fa})"},
    {"Nd", R"(\p{Nd}\x{10d40}-\x{10d49}\x{116d0}-\x{116e3}\x{11bf0}-\x{11bf9}\x{11f50}-\x{11f59}\x{16130}-\x{16139})"
           R"(\x{16d70}-\x{16d79}\x{1ccf0}-\x{1ccf9}\x{1e4f0}-\x{1e4f9}\x{1e5f1}-\x{1e5fa})"},
    {"P", R"(\p{P}\x{1b4e}\x{1b4f}\x{1b7f}\x{10d6e}\x{113d4}\x{113d5}\x{113d7}\x{113d8}\x{11b00}-\x{11b09}\x{11be1})"
          R"(\x{11f43}-\x{11f4f}\x{16d6d}-\x{16d6f}\x{1e5ff})"},
    {"S", R"(\p{S}\x{2427}-\x{2429}\x{2ffc}-\x{2fff}\x{31e4}\x{31e5}\x{31ef}\x{10d8e}\x{10d8f}\x{1cc00}-\x{1ccef})"
          R"(\x{1cd00}-\x{1ceb3}\x{1f6dc}\x{1f774}-\x{1f776}\x{1f77b}-\x{1f77f}\x{1f7d9}\x{1f8b2}-\x{1f8bb})"
          R"(\x{1f8c0}\x{1f8c1}\x{1fa75}-\x{1fa77}\x{1fa87}-\x{1fa89}\x{1fa8f}\x{1faad}-\x{1faaf})"
          R"(\x{1fabb}-\x{1fabf}\x{1fac6}\x{1face}\x{1facf}\x{1fada}-\x{1fadc}\x{1fadf}\x{1fae8}\x{1fae9})"
          R"(\x{1faf7}\x{1faf8}\x{1fbcb}-\x{1fbef})"},
}};

/// Reads an expression once, from left to right. What Oniguruma (as `tokenizers` builds it, with Ruby's syntax) and
/// PCRE2 understand otherwise, or what is not known here, is a fault; nothing is guessed.
class SplitPattern {
  public:
    [[gnu::cold]] explicit SplitPattern(std::string_view pattern) : rest_(pattern) {
        while (!rest_.empty() && fault_.empty()) {
            const char next = rest_[0];
            if (next == '\\')
                escape();
            else if (in_class_)
                class_member(next);
            else if (next == '[')
                open_class();
            else if (next == '(')
                open_group();
            else if (next == '{')
                repetition();
            else if (next == '^' || next == '$')
                is_unknown(1);
            else if (next == '.')
                put(1, R"([^\n])");
            else
                put(1);
        }
        if (in_class_ && fault_.empty()) fault_ = "a class without its end";
    }

    /// For PCRE2; to be used where there is no fault.
    const std::string& text() const { return text_; }
    /// What is not known: `\b`; empty where all is.
    const std::string& fault() const { return fault_; }

  private:
    void put(std::size_t characters) { put(characters, rest_.substr(0, characters)); }
    void put(std::size_t characters, std::string_view as) {
        text_ += as;
        rest_.remove_prefix(characters);
    }
    void is_unknown(std::size_t characters) { fault_ = std::string(rest_.substr(0, characters)); }

    /// A class, or the rest of one that is open.
    void put_members(std::size_t characters, std::string_view members, bool others) {
        if (in_class_ && others) return is_unknown(characters);
        if (!in_class_) text_ += others ? "[^" : "[";
        put(characters, members);
        if (!in_class_) text_ += ']';
    }

    void escape() {
        const char next = rest_.size() > 1 ? rest_[1] : '\0';
        const bool is_letter = (next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z');
        const bool is_digit = next >= '0' && next <= '9';
        if (next == 's' || next == 'S') return put_members(2, spaces, next == 'S');
        if (next == 'd' || next == 'D') return put_members(2, members_of("Nd"), next == 'D');
        if (next == 'p' || next == 'P') return property(next == 'P');
        if (next == 'r' || next == 'n' || next == 't' || next == 'f') return put(2);
        if (next == 'x' && rest_.substr(2, 1) == "{") return code_point();
        // Of what is neither a letter nor a digit it is that itself.
        if (next == '\0' || is_letter || is_digit || static_cast<unsigned char>(next) >= 0x80) return is_unknown(2);
        put(2);
    }
    void code_point() {
        const std::size_t end = rest_.find('}');
        const std::string_view digits = rest_.substr(3, end == std::string_view::npos ? end : end - 3);
        if (end == std::string_view::npos || digits.empty() || digits.size() > 6 ||
            digits.find_first_not_of("0123456789abcdefABCDEF") != std::string_view::npos)
            return is_unknown(3);
        put(end + 1);
    }
    void property(bool others) {
        const std::size_t end = rest_.find('}');
        if (rest_.substr(2, 1) != "{" || end == std::string_view::npos) return is_unknown(2);
        std::string_view name = rest_.substr(3, end - 3);
        if (name.starts_with('^')) {
            others = !others;
            name.remove_prefix(1);
        }
        const std::string_view members = members_of(name);
        if (members.empty()) return is_unknown(end + 1);
        put_members(end + 1, members, others);
    }
    static std::string_view members_of(std::string_view name) {
        for (const UnicodeClass& known : unicode_classes)
            if (known.name == name) return known.members;
        return {};
    }

    void open_class() {
        const std::size_t opening = rest_.starts_with("[^") ? 2 : 1;
        if (rest_.substr(opening, 1) == "]") return is_unknown(opening + 1);
        in_class_ = true;
        put(opening);
    }
    void class_member(char next) {
        if (next == '[' || rest_.starts_with("&&")) return is_unknown(next == '[' ? 1 : 2);  // classes within classes
        if (next == ']') in_class_ = false;
        put(1);
    }
    void open_group() {
        if (!rest_.starts_with("(?")) return put(1);
        for (const std::string_view known : {"(?:", "(?i:", "(?=", "(?!", "(?>"})
            if (rest_.starts_with(known)) return put(known.size());
        is_unknown(4);
    }
    /// What comes behind it means something else in Ruby's syntax: {1,3}+ is no possessive repetition there.
    void repetition() {
        const std::size_t end = rest_.find('}');
        const std::string_view inside = rest_.substr(1, end == std::string_view::npos ? end : end - 1);
        const bool is_one = !inside.empty() && inside[0] != ',' &&
                            inside.find_first_not_of("0123456789,") == std::string_view::npos &&
                            inside.find(',') == inside.rfind(',');
        const std::string_view behind = end == std::string_view::npos ? std::string_view() : rest_.substr(end + 1, 1);
        if (end == std::string_view::npos || !is_one || behind == "+" || behind == "?" || behind == "*")
            return is_unknown(end == std::string_view::npos ? 1 : end + 2);
        put(end + 1);
    }

    std::string_view rest_;
    std::string text_ = {}, fault_ = {};
    bool in_class_ = false;
};

}  // namespace genotype::inline v0_1::detail
