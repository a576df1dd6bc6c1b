// Jinja's expressions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "genotype/io/words.hpp"
#include "genotype/text/jinja/node.hpp"
#include "genotype/text/jinja/token_reader.hpp"

namespace genotype::inline v0_1::jinja {

/// Reads tokens from first to last. Source: the grammar of Jinja 3.1's `jinja2.parser`, whose order of operators it
/// has:
/// `~` binds more than `+`, filters and tests more than a sign.
class ExpressionParser : protected TokenReader {
  protected:
    using TokenReader::TokenReader;

    /// `a, b` is a tuple here.
    Node tuple() {
        Node first = expression();
        if (!is_sign(",")) return first;
        Node found = joined_node(NodeKind::tuple, std::move(first));
        while (skip_sign(",")) {
            if (ends_tuple()) break;
            found.children.push_back(expression());
        }
        return found;
    }
    Node expression(bool has_condition = true) {
        const Depth depth(*this);
        Node found = either();
        for (InRow row(*this); has_condition && skip_name("if") && row.longer();) {
            Node whether = either();
            Node otherwise = skip_name("else") ? expression() : node(NodeKind::absent);
            found = joined_node(NodeKind::condition, std::move(whether), std::move(found), std::move(otherwise));
        }
        return found;
    }
    /// `| name(...) | name ...` behind an operand.
    Node filters(Node operand) {
        for (InRow row(*this); skip_sign("|") && row.longer();) operand = filter(std::move(operand));
        return operand;
    }
    Node filter(Node operand) {
        Node found = node(NodeKind::filter, {}, expect_any_name());
        while (skip_sign(".")) found.text += "." + expect_any_name();
        found.children.push_back(std::move(operand));
        if (skip_sign("(")) arguments(found);
        return found;
    }

  private:
    bool ends_tuple() const {
        return is_sign(")") || now().kind == TokenKind::block_end || now().kind == TokenKind::print_end || is_sign("=");
    }

    Node either() {
        Node left = both();
        for (InRow row(*this); skip_name("or") && row.longer();) {
            left = joined_node(NodeKind::either, std::move(left), both());
        }
        return left;
    }
    Node both() {
        Node left = inverted();
        for (InRow row(*this); skip_name("and") && row.longer();) {
            left = joined_node(NodeKind::both, std::move(left), inverted());
        }
        return left;
    }
    Node inverted() {
        if (!is_name("not")) return compared();
        const Depth depth(*this);
        take();
        return joined_node(NodeKind::invert, inverted());
    }
    Node compared() {
        Node first = sum();
        Node found = node(NodeKind::compare);
        for (;;) {
            std::string word;
            for (const std::string_view sign : {"==", "!=", "<", "<=", ">", ">="})
                if (is_sign(sign)) word = sign;
            if (is_name("in")) word = "in";
            if (is_name("not") && next().kind == TokenKind::name && next().text == "in") {
                take();
                word = "not in";
            }
            if (word.empty()) break;
            take();
            found.words.push_back(word);
            if (found.children.empty()) found.children.push_back(std::move(first));
            found.children.push_back(sum());
        }
        return found.children.empty() ? first : found;
    }
    template <class Operand>
    Node binary(std::initializer_list<std::string_view> signs, const Operand& operand) {
        Node left = operand();
        for (InRow row(*this); row.longer();) {
            std::string_view word;
            for (const std::string_view sign : signs)
                if (is_sign(sign)) word = sign;
            if (word.empty()) break;
            take();
            left = joined_node(NodeKind::binary, std::move(left), operand());
            left.text = word;
        }
        return left;
    }
    Node sum() {
        return binary({"+", "-"}, [&] { return joined(); });
    }
    Node joined() {
        return binary({"~"}, [&] { return product(); });
    }
    Node product() {
        return binary({"*", "/", "//", "%"}, [&] { return power(); });
    }
    Node power() {
        return binary({"**"}, [&] { return signed_operand(true); });
    }
    Node signed_operand(bool with_filters) {
        const Depth depth(*this);
        Node found = node(NodeKind::absent);
        if (is_sign("-") || is_sign("+")) {
            found.kind = take().text == "-" ? NodeKind::negate : NodeKind::plus;
            found.children.push_back(signed_operand(false));
        } else {
            found = primary();
        }
        found = behind(std::move(found));
        for (InRow row(*this); with_filters && row.longer();) {
            if (skip_sign("|"))
                found = filter(std::move(found));
            else if (is_name("is"))
                found = test(std::move(found));
            else if (is_sign("("))
                found = call(std::move(found));
            else
                break;
        }
        return found;
    }
    Node primary() {
        Node found = node(NodeKind::constant);
        const Token token = take();
        switch (token.kind) {
            case TokenKind::name:
                if (token.text == "true" || token.text == "True") {
                    found.constant = {true};
                } else if (token.text == "false" || token.text == "False") {
                    found.constant = {false};
                } else if (token.text != "none" && token.text != "None") {
                    found.kind = NodeKind::name;
                    found.text = token.text;
                }
                return found;
            case TokenKind::text: {
                std::string text = token.text;
                while (now().kind == TokenKind::text) text += take().text;
                found.constant = text_value(std::move(text));
                return found;
            }
            case TokenKind::integer:
            case TokenKind::floating:
                found.constant = number(token);
                return found;
            default:
                break;
        }
        if (token.kind == TokenKind::sign && token.text == "(") {
            found.kind = NodeKind::tuple;
            if (!is_sign(")")) found = tuple();
            expect_sign(")");
            return found;
        }
        if (token.kind == TokenKind::sign && token.text == "[") {
            found.kind = NodeKind::list;
            items("]", [&] { found.children.push_back(expression()); });
            return found;
        }
        if (token.kind == TokenKind::sign && token.text == "{") {
            found.kind = NodeKind::dict;
            items("}", [&] {
                found.children.push_back(expression());
                expect_sign(":");
                found.children.push_back(expression());
            });
            return found;
        }
        back();
        expected("an expression");
    }
    /// What stands between commas up to a bracket, and the bracket.
    template <class Item>
    void items(std::string_view end, const Item& item) {
        for (bool is_first = true; !is_sign(end); is_first = false) {
            if (!is_first) expect_sign(",");
            if (!is_first && is_sign(end)) break;
            item();
        }
        take();
    }
    Node behind(Node found) {
        for (InRow row(*this); row.longer();) {
            if (is_sign("(")) {
                found = call(std::move(found));
            } else if (is_sign(".")) {
                take();
                if (now().kind == TokenKind::integer) {
                    found = joined_node(NodeKind::item, std::move(found), primary());
                } else {
                    found = joined_node(NodeKind::attribute, std::move(found));
                    found.text = expect_any_name();
                }
            } else if (is_sign("[")) {
                found = subscript(std::move(found));
            } else {
                break;
            }
        }
        return found;
    }
    Node subscript(Node object) {
        Node found = node(NodeKind::item);
        take();
        found.children.push_back(std::move(object));
        const auto part = [&] {
            const bool is_none = is_sign(":") || is_sign("]");
            found.children.push_back(is_none ? node(NodeKind::absent) : expression());
        };
        part();
        if (is_sign(":")) {
            found.kind = NodeKind::slice;
            for (int more = 0; more < 2; ++more) {
                if (skip_sign(":"))
                    part();
                else
                    found.children.push_back(node(NodeKind::absent));
            }
        } else if (found.children.back().kind == NodeKind::absent) {
            expected("an index");
        }
        expect_sign("]");
        return found;
    }
    Node call(Node what) {
        Node found = node(NodeKind::call);
        take();
        found.children.push_back(std::move(what));
        arguments(found);
        return found;
    }
    void arguments(Node& of) {
        bool has_keyword = false;
        items(")", [&] {
            if (is_sign("*") || is_sign("**")) wrong("arguments out of a value", "each by itself");
            if (now().kind == TokenKind::name && next().kind == TokenKind::sign && next().text == "=") {
                has_keyword = true;
                Node named = node(NodeKind::keyword, {}, take().text);
                take();
                named.children.push_back(expression());
                of.children.push_back(std::move(named));
                return;
            }
            if (has_keyword) wrong("an argument behind one with a name", "those with names last");
            of.children.push_back(expression());
        });
    }
    /// `is name`, `is not name`, `is name(...)`, `is name argument`.
    Node test(Node operand) {
        take();
        const bool is_not = skip_name("not");
        Node found = node(NodeKind::test, {}, expect_any_name());
        found.children.push_back(std::move(operand));
        const TokenKind kind = now().kind;
        const bool is_value = kind == TokenKind::name || kind == TokenKind::text || kind == TokenKind::integer ||
                              kind == TokenKind::floating || is_sign("[") || is_sign("{");
        if (skip_sign("(")) {
            arguments(found);
        } else if (is_value && !is_name("else") && !is_name("or") && !is_name("and")) {
            if (is_name("is")) wrong("a test of a test", "a test of a value");
            found.children.push_back(behind(primary()));
        }
        if (!is_not) return found;
        return joined_node(NodeKind::invert, std::move(found));
    }
};

}  // namespace genotype::inline v0_1::jinja
