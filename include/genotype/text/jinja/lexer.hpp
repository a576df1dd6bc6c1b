// A template's source as tokens: texts, tags, and the words within tags.
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "genotype/io/words.hpp"
#include "genotype/shape/error.hpp"
#include "genotype/text/jinja/characters.hpp"

namespace genotype::inline v0_1::jinja {

enum class TokenKind { data, block_begin, block_end, print_begin, print_end, name, text, integer, floating, sign, end };

struct Token {
    TokenKind kind;
    std::string text;
    int line;
};

/// Jinja's lexer with the settings that transformers has: `trim_blocks` and `lstrip_blocks`. Newlines are "\n", and one
/// at the very end goes. Source: Jinja 3.1's documentation, "Template Designer Documentation".
class Lexer {
  public:
    Lexer(std::string_view source, const std::string& file) : file_(file) {
        if (!is_utf8(source)) fail(file, "chat template", "other bytes", "UTF-8");
        for (std::size_t at = 0; at < source.size(); ++at) {
            const bool is_return = source[at] == '\r';
            if (is_return && at + 1 < source.size() && source[at + 1] == '\n') ++at;
            source_ += is_return ? '\n' : source[at];
        }
        if (source_.ends_with('\n')) source_.pop_back();
    }

    [[gnu::cold]] std::vector<Token> tokens() {
        while (at_ < source_.size()) {
            const std::size_t begin = next_tag();
            if (begin == source_.npos) {
                data(source_.size());
                break;
            }
            const char mark = source_[begin + 1];
            const char sign = begin + 2 < source_.size() ? source_[begin + 2] : ' ';
            data(begin, sign, mark != '{');
            at_ = begin + 2 + (sign == '-' || sign == '+' ? 1 : 0);
            if (mark == '#')
                comment();
            else if (!(mark == '%' && raw()))
                tag(mark == '%');
        }
        add(TokenKind::end, "");
        return std::move(tokens_);
    }

    [[noreturn, gnu::cold]] void wrong(std::string_view found, std::string_view expected) const {
        fail(file_, detail::concat("chat template, line ", line_), found, expected);
    }

  private:
    std::string_view rest() const { return std::string_view(source_).substr(at_); }

    void add(TokenKind kind, std::string text) { tokens_.push_back({kind, std::move(text), line_}); }
    /// Moves on, and counts lines.
    void move(std::size_t to) {
        for (; at_ < to; ++at_) line_ += source_[at_] == '\n';
    }
    std::size_t next_tag() const {
        for (std::size_t at = at_; at + 1 < source_.size(); ++at)
            if (source_[at] == '{' && (source_[at + 1] == '%' || source_[at + 1] == '{' || source_[at + 1] == '#'))
                return at;
        return source_.npos;
    }
    /// The text up to a tag, which may take the space before it.
    void data(std::size_t end, char sign = ' ', bool strips_line = false) {
        std::string_view text = std::string_view(source_).substr(at_, end - at_);
        if (sign == '-') {
            text = strip_space(text, false);
        } else if (sign != '+' && strips_line) {
            const std::size_t line = text.rfind('\n') + 1;  // 0 where it has none
            const bool begins = line > 0 || at_ == 0 || source_[at_ - 1] == '\n';
            if (begins && strip_space(text.substr(line)).empty()) text = text.substr(0, line);
        }
        if (!text.empty()) add(TokenKind::data, std::string(text));
        move(end);
    }
    /// Behind a tag's end: "-" takes all space, and a block's or comment's end a newline, unless there is a "+".
    void trim(char sign, bool is_print) {
        if (sign == '-')
            skip_space();
        else if (sign != '+' && !is_print && rest().starts_with('\n'))
            move(at_ + 1);
    }
    void comment() {
        const std::size_t end = source_.find("#}", at_);
        if (end == source_.npos) wrong("a comment without an end", "#}");
        const char sign = end > at_ ? source_[end - 1] : ' ';
        move(end + 2);
        trim(sign, false);
    }
    void skip_space() { move(source_.size() - strip_space(rest(), true, false).size()); }

    /// `{% raw %} ... {% endraw %}`, of which nothing is read; else nothing happens.
    bool raw() {
        const std::size_t before = at_;
        const int line = line_;
        if (!word_tag("raw")) {
            at_ = before;
            line_ = line;
            return false;
        }
        const std::size_t begin = at_;
        const int begin_line = line_;
        for (std::size_t end = begin; (end = source_.find("{%", end)) != source_.npos; ++end) {
            const char sign = end + 2 < source_.size() ? source_[end + 2] : ' ';
            at_ = end + 2 + (sign == '-' || sign == '+' ? 1 : 0);
            if (!word_tag("endraw")) continue;
            const std::size_t behind = at_;
            at_ = begin;
            line_ = begin_line;
            data(end, sign, true);
            move(behind);
            return true;
        }
        wrong("{% raw %} without an end", "{% endraw %}");
    }
    /// Whether a tag that begins here has this word alone; then all of it, and what its end trims, is read.
    bool word_tag(std::string_view word) {
        skip_space();
        if (!rest().starts_with(word)) return false;
        at_ += word.size();
        skip_space();
        const char sign = rest().starts_with('-') || rest().starts_with('+') ? source_[at_++] : ' ';
        if (!rest().starts_with("%}")) return false;
        at_ += 2;
        trim(sign, false);
        return true;
    }

    void tag(bool is_block) {
        add(is_block ? TokenKind::block_begin : TokenKind::print_begin, "");
        const std::string_view end = is_block ? "%}" : "}}";
        std::string open;  // brackets, within which "}}" ends no tag
        for (;;) {
            skip_space();
            if (rest().empty()) wrong("a tag without an end", end);
            const char sign = rest()[0];
            const bool has_sign = sign == '-' || (sign == '+' && is_block);
            if (open.empty() && rest().substr(has_sign ? 1 : 0).starts_with(end)) {
                add(is_block ? TokenKind::block_end : TokenKind::print_end, "");
                at_ += end.size() + (has_sign ? 1 : 0);
                return trim(has_sign ? sign : ' ', !is_block);
            }
            word(open);
        }
    }
    static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
    static bool is_digit(char c) { return c >= '0' && c <= '9'; }

    void word(std::string& open) {
        const char first = rest()[0];
        if (first == '"' || first == '\'') return quoted(first);
        if (is_digit(first)) return number();
        if (is_letter(first)) {
            std::size_t length = 1;
            while (length < rest().size() && (is_letter(rest()[length]) || is_digit(rest()[length]))) ++length;
            add(TokenKind::name, std::string(rest().substr(0, length)));
            at_ += length;
            return;
        }
        for (const std::string_view sign : {"//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[",
                                            "]",  "(",  ")",  "{",  "}",  ">",  "<", "=", ".", ":", "|", ","}) {
            if (!rest().starts_with(sign)) continue;
            if (sign == "(" || sign == "[" || sign == "{") open += sign == "(" ? ')' : sign == "[" ? ']' : '}';
            if (sign == ")" || sign == "]" || sign == "}") {
                if (!open.ends_with(sign)) wrong(detail::in_quotes(sign), "what closes what is open");
                open.pop_back();
            }
            add(TokenKind::sign, std::string(sign));
            at_ += sign.size();
            return;
        }
        wrong(detail::in_quotes(first_character(rest())), "an expression of Jinja's");
    }
    /// Digits, with "_" between; what is behind a point or an "e" makes it a float.
    void number() {
        std::string digits;
        bool is_float = false;
        const auto take = [&] {
            while (at_ < source_.size() && (is_digit(source_[at_]) || source_[at_] == '_'))
                if (const char c = source_[at_++]; c != '_') digits += c;
        };
        take();
        if (digits.size() > 1 && digits[0] == '0') wrong("a number that begins with 0", "another form of it");
        if (rest().size() > 1 && rest()[0] == '.' && is_digit(rest()[1])) {
            is_float = true;
            digits += source_[at_++];
            take();
        }
        if (!rest().empty() && (rest()[0] == 'e' || rest()[0] == 'E')) {
            is_float = true;
            digits += source_[at_++];
            if (!rest().empty() && (rest()[0] == '+' || rest()[0] == '-')) digits += source_[at_++];
            take();
        }
        if (!rest().empty() && is_letter(rest()[0])) wrong("letters within a number", "decimal digits");
        add(is_float ? TokenKind::floating : TokenKind::integer, std::move(digits));
    }
    /// Python's escapes, but for those by a character's name.
    void quoted(char quote) {
        std::string text;
        move(at_ + 1);
        for (; !rest().empty() && rest()[0] != quote; move(at_ + 1)) {
            if (rest()[0] != '\\' || rest().size() < 2) {
                text += rest()[0];
                continue;
            }
            move(at_ + 1);
            escape(text, rest()[0]);
        }
        if (rest().empty()) wrong("a text without an end", detail::in_quotes(std::string_view(&quote, 1)));
        move(at_ + 1);
        add(TokenKind::text, std::move(text));
    }
    void escape(std::string& text, char letter) {
        constexpr std::string_view letters = "\\'\"abfnrtv", meanings = "\\'\"\a\b\f\n\r\t\v";
        if (letter == '\n') return;
        if (const std::size_t which = letters.find(letter); which != letters.npos) {
            text += meanings[which];
            return;
        }
        const std::size_t length = letter == 'x' ? 2 : letter == 'u' ? 4 : letter == 'U' ? 8 : 0;
        if (length == 0) {
            if (is_digit(letter) || letter == 'N') wrong("an escape by octal digits or a name", "\\x, \\u or \\U");
            text += '\\';
            text += letter;
            return;
        }
        std::uint32_t code = 0;
        const std::string_view digits = rest().substr(1, length);
        const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
        const bool is_character = code < 0xd800 || (code > 0xdfff && code < 0x110000);
        if (digits.size() < length || fault != std::errc() || end != digits.data() + length || !is_character)
            wrong("an escape that is no character", "hexadecimal digits of one");
        append_code_point(text, code);
        at_ += length;
    }

    std::string file_, source_;
    std::size_t at_ = 0;
    int line_ = 1;
    std::vector<Token> tokens_;
};

}  // namespace genotype::inline v0_1::jinja
