// A template's tokens, one after the other.
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
#include "genotype/text/jinja/lexer.hpp"
#include "genotype/text/jinja/node.hpp"
#include "genotype/text/jinja/value.hpp"

namespace genotype::inline v0_1::jinja {

/// What reads expressions and statements.
class TokenReader {
  public:
    TokenReader(std::vector<Token> tokens, const std::string& file) : file_(file), tokens_(std::move(tokens)) {}

  protected:
    [[noreturn, gnu::cold]] void wrong(std::string_view found, std::string_view expected) const {
        fail(file_, detail::concat("chat template, line ", now().line), found, expected);
    }
    [[noreturn, gnu::cold]] void expected(std::string_view what) const {
        wrong(now().kind == TokenKind::end || now().text.empty() ? "the end of a tag" : detail::in_quotes(now().text),
              what);
    }

    const Token& now() const { return tokens_[at_]; }
    const Token& next() const { return tokens_[at_ + 1 < tokens_.size() ? at_ + 1 : at_]; }
    /// Back to the token before, for a message.
    void back() { --at_; }
    Token take() { return at_ + 1 < tokens_.size() ? tokens_[at_++] : tokens_[at_]; }
    bool is_sign(std::string_view sign) const { return now().kind == TokenKind::sign && now().text == sign; }
    bool is_name(std::string_view name) const { return now().kind == TokenKind::name && now().text == name; }
    bool skip_sign(std::string_view sign) { return is_sign(sign) && (take(), true); }
    bool skip_name(std::string_view name) { return is_name(name) && (take(), true); }
    void expect_sign(std::string_view sign) {
        if (!skip_sign(sign)) expected(detail::in_quotes(sign));
    }
    std::string expect_any_name() {
        if (now().kind != TokenKind::name) expected("a name");
        return take().text;
    }
    Node node(NodeKind kind, std::vector<Node> children = {}, std::string text = {}) const {
        return {kind, now().line, std::move(text), {}, std::move(children)};
    }
    template <class... Nodes>
    Node joined_node(NodeKind kind, Nodes... children) const {
        Node found = node(kind);
        (found.children.push_back(std::move(children)), ...);
        return found;
    }
    Value number(const Token& token) const {
        const char* const end = token.text.data() + token.text.size();
        if (token.kind == TokenKind::floating) {
            double found = 0;
            if (std::from_chars(token.text.data(), end, found).ptr != end) wrong(token.text, "a number");
            return {found};
        }
        std::int64_t found = 0;
        if (std::from_chars(token.text.data(), end, found).ec != std::errc()) wrong(token.text, "a number of 64 bits");
        return {found};
    }
    /// Parts within parts, each of which takes some of the program's stack.
    class Depth {
      public:
        explicit Depth(TokenReader& reader) : reader_(reader) {
            if (++reader_.depth_ > 60) reader_.wrong("parts within parts without end", "60 at most");
        }
        Depth(const Depth&) = delete;
        Depth& operator=(const Depth&) = delete;
        ~Depth() { --reader_.depth_; }

      private:
        TokenReader& reader_;
    };

    /// Operators in a row, each of which holds those before it.
    class InRow {
      public:
        explicit InRow(const TokenReader& reader) : reader_(reader) {}
        bool longer() {
            if (++links_ > 150) reader_.wrong("operators in a row without end", "150 at most");
            return true;
        }

      private:
        const TokenReader& reader_;
        int links_ = 0;
    };

  private:
    std::string file_;
    std::vector<Token> tokens_;
    std::size_t at_ = 0;
    int depth_ = 0;
};

}  // namespace genotype::inline v0_1::jinja
