// Jinja's statements: a template as a whole.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "genotype/text/jinja/lexer.hpp"
#include "genotype/text/jinja/node.hpp"
#include "genotype/text/jinja/parser.hpp"

namespace genotype::inline v0_1::jinja {

/// What chat templates have: `for`, `if`, `set`, `macro`, `with`, `filter`, `break`, `continue`, `raw`, and
/// transformers' `generation`. Other statements (`include`, `import`, `extends`, `block`, `call` ...) are an `Error`
/// that names them.
class Parser : ExpressionParser {
  public:
    Parser(std::string_view source, const std::string& file) : ExpressionParser(Lexer(source, file).tokens(), file) {}

    /// A `block`.
    [[gnu::cold]] Node parse() {
        Node whole = statements({});
        if (now().kind != TokenKind::end) expected("a statement");
        return whole;
    }

  private:
    bool ends(std::initializer_list<std::string_view> names) const {
        for (const std::string_view name : names)
            if (next().kind == TokenKind::name && next().text == name) return true;
        return false;
    }
    /// Up to a tag of one of these names, whose begin is read.
    Node statements(std::initializer_list<std::string_view> end) {
        const Depth depth(*this);
        Node block = node(NodeKind::block);
        for (;;) {
            if (now().kind == TokenKind::end) {
                if (end.size() > 0)
                    wrong("the template's end", detail::concat("{% ", end.begin()[end.size() - 1], " %}"));
                return block;
            }
            if (now().kind == TokenKind::data) {
                Node data = node(NodeKind::data);
                data.text = take().text;
                block.children.push_back(std::move(data));
            } else if (now().kind == TokenKind::print_begin) {
                take();
                Node print = node(NodeKind::print);
                print.children.push_back(tuple());
                block.children.push_back(std::move(print));
                if (now().kind != TokenKind::print_end) expected("\"}}\"");
                take();
            } else {
                if (end.size() > 0 && ends(end)) {
                    take();
                    return block;
                }
                take();
                statement(block.children);
            }
        }
    }
    void end_tag() {
        if (now().kind != TokenKind::block_end) expected("\"%}\"");
        take();
    }
    /// A body up to its end's tag, which is read.
    Node body(std::string_view end) {
        end_tag();
        Node block = statements({end});
        take();
        end_tag();
        return block;
    }

    void statement(std::vector<Node>& to) {
        if (now().kind != TokenKind::name) expected("a statement");
        const std::string name = now().text;
        Node found = node(NodeKind::block);
        take();
        if (name == "if") {
            found = branches(std::move(found));
        } else if (name == "for") {
            found = loop(std::move(found));
        } else if (name == "set") {
            found = set(std::move(found));
        } else if (name == "macro") {
            found = macro(std::move(found));
        } else if (name == "with") {
            found = with(std::move(found));
        } else if (name == "filter") {
            found.kind = NodeKind::print;
            Node captured = node(NodeKind::captured);
            Node filtered = filters(filter(std::move(captured)));
            innermost(filtered).children.push_back(body("endfilter"));
            found.children.push_back(std::move(filtered));
        } else if (name == "generation") {
            found = body("endgeneration");
        } else if (name == "break" || name == "continue") {
            if (loops_ == 0) wrong(detail::in_quotes(name) + " outside of a loop", "it within {% for %}");
            found.kind = name == "break" ? NodeKind::leave : NodeKind::next;
            end_tag();
        } else {
            wrong(detail::in_quotes(name), "for, if, set, macro, with, filter, break, continue, raw or generation");
        }
        to.push_back(std::move(found));
    }
    static Node& innermost(Node& filtered) {
        Node* at = &filtered;
        while (at->kind == NodeKind::filter) at = &at->children[0];
        return *at;
    }

    Node branches(Node found) {
        found.kind = NodeKind::branches;
        found.children.push_back(tuple());
        for (;;) {
            end_tag();
            found.children.push_back(statements({"elif", "else", "endif"}));
            const std::string name = take().text;
            if (name == "elif") {
                found.children.push_back(tuple());
                continue;
            }
            if (name == "else")
                found.children.push_back(body("endif"));
            else
                end_tag();
            return found;
        }
    }
    /// `a` or `a, b`, with brackets or without.
    std::vector<std::string> targets() {
        std::vector<std::string> names;
        const bool has_brackets = skip_sign("(");
        do names.push_back(expect_any_name());
        while (skip_sign(",") && now().kind == TokenKind::name);
        if (has_brackets) expect_sign(")");
        return names;
    }
    Node loop(Node found) {
        found.kind = NodeKind::loop;
        found.words = targets();
        if (!skip_name("in")) expected("\"in\"");
        found.children.push_back(expression(false));
        found.children.push_back(skip_name("if") ? expression() : node(NodeKind::absent));
        if (is_name("recursive")) wrong("\"recursive\"", "a loop that does not call itself");
        end_tag();
        ++loops_;
        found.children.push_back(statements({"else", "endfor"}));
        --loops_;
        if (take().text == "else") {
            found.children.push_back(body("endfor"));
        } else {
            end_tag();
            found.children.push_back(node(NodeKind::absent));
        }
        return found;
    }
    Node set(Node found) {
        found.kind = NodeKind::set;
        if (next().kind == TokenKind::sign && next().text == ".") {
            found.kind = NodeKind::set_attribute;
            found.text = expect_any_name();
            take();
            found.words.push_back(expect_any_name());
        } else {
            found.words = targets();
        }
        if (skip_sign("=")) {
            found.children.push_back(tuple());
            end_tag();
            return found;
        }
        Node captured = node(NodeKind::captured);
        Node filtered = filters(std::move(captured));
        innermost(filtered).children.push_back(body("endset"));
        found.children.push_back(std::move(filtered));
        return found;
    }
    Node macro(Node found) {
        // What it reads besides its arguments are the template's own names.
        if (blocks_ > 0 || loops_ > 0) wrong("a macro within a loop, macro or {% with %}", "it outside");
        found.kind = NodeKind::macro;
        found.text = expect_any_name();
        expect_sign("(");
        while (!is_sign(")")) {
            if (!found.words.empty()) expect_sign(",");
            if (is_sign(")")) break;
            found.words.push_back(expect_any_name());
            const bool has_default = skip_sign("=");
            if (!has_default && !found.children.empty() && found.children.back().kind != NodeKind::absent)
                wrong("an argument without a value behind one that has one", "those with values last");
            found.children.push_back(has_default ? expression() : node(NodeKind::absent));
        }
        take();
        ++blocks_;
        found.children.push_back(body("endmacro"));
        --blocks_;
        return found;
    }
    Node with(Node found) {
        found.kind = NodeKind::with;
        while (now().kind != TokenKind::block_end) {
            if (!found.words.empty()) expect_sign(",");
            found.words.push_back(expect_any_name());
            expect_sign("=");
            found.children.push_back(expression());
        }
        ++blocks_;
        found.children.push_back(body("endwith"));
        --blocks_;
        return found;
    }

    int loops_ = 0, blocks_ = 0;  // that are open
};

}  // namespace genotype::inline v0_1::jinja
