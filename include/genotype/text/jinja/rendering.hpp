// A template's statements, one after the other.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "genotype/text/jinja/arguments.hpp"
#include "genotype/text/jinja/filters.hpp"
#include "genotype/text/jinja/lookup.hpp"
#include "genotype/text/jinja/methods.hpp"
#include "genotype/text/jinja/node.hpp"
#include "genotype/text/jinja/operators.hpp"
#include "genotype/text/jinja/scope.hpp"
#include "genotype/text/jinja/tests.hpp"

namespace genotype::inline v0_1::jinja {

class Rendering {
  public:
    Rendering(std::map<std::string, Value, std::less<>> names, std::time_t now, Budget& budget)
        : top_{std::move(names)}, now_(now), budget_(budget) {}

    std::string render(const Node& whole) {
        execute(whole, top_);
        return std::move(text_);
    }

  private:
    enum class Flow { on, leave, next };

    Value evaluate(const Node& node, Scope& scope) {
        const auto depth = budget_.deeper();
        budget_.work();
        budget_.line = node.line;
        const auto& children = node.children;
        switch (node.kind) {
            case NodeKind::constant:
                return node.constant;
            case NodeKind::name:
                return name(node.text, scope);
            case NodeKind::list:
                return budget_.list(all(node, 0, scope));
            case NodeKind::tuple:
                return budget_.list(all(node, 0, scope), SequenceKind::tuple);
            case NodeKind::dict:
                return dict(node, scope);
            case NodeKind::attribute:
                return attribute_of(evaluate(children[0], scope), node.text, budget_);
            case NodeKind::item: {
                const Value object = evaluate(children[0], scope);
                return item_of(object, evaluate(children[1], scope), budget_);
            }
            case NodeKind::slice: {
                const Value object = evaluate(children[0], scope);
                std::array<Value, 3> parts;
                for (std::size_t at = 0; at < 3; ++at)
                    if (children[at + 1].kind != NodeKind::absent) parts[at] = evaluate(children[at + 1], scope);
                return slice_of(object, parts, budget_);
            }
            case NodeKind::call:
                return call(node, scope);
            case NodeKind::filter: {
                Value operand = evaluate(children[0], scope);
                Arguments given = arguments(node, scope);
                budget_.line = node.line;
                return apply_filter(node.text, std::move(operand), std::move(given), budget_);
            }
            case NodeKind::test: {
                const Value operand = evaluate(children[0], scope);
                return {apply_test(node.text, operand, arguments(node, scope), budget_)};
            }
            case NodeKind::negate:
            case NodeKind::plus:
                return with_sign(evaluate(children[0], scope), node.kind == NodeKind::negate, budget_);
            case NodeKind::invert:
                return {!is_true(evaluate(children[0], scope))};
            case NodeKind::binary: {
                const Value left = evaluate(children[0], scope), right = evaluate(children[1], scope);
                budget_.line = node.line;
                return binary(node.text, left, right, budget_);
            }
            case NodeKind::compare:
                return {compare(node, scope)};
            case NodeKind::both: {
                Value left = evaluate(children[0], scope);
                return is_true(left) ? evaluate(children[1], scope) : left;
            }
            case NodeKind::either: {
                Value left = evaluate(children[0], scope);
                return is_true(left) ? left : evaluate(children[1], scope);
            }
            case NodeKind::condition: {
                if (is_true(evaluate(children[0], scope))) return evaluate(children[1], scope);
                if (children[2].kind != NodeKind::absent) return evaluate(children[2], scope);
                return undefined("the inline if-expression evaluated to false and no else section was defined");
            }
            case NodeKind::captured:
                return budget_.text(captured(children[0], scope));
            default:
                break;
        }
        budget_.wrong("a statement", "an expression");
    }

    std::string captured(const Node& block, Scope& scope) {
        std::string before = std::exchange(text_, {});
        execute(block, scope);
        return std::exchange(text_, std::move(before));
    }
    Value name(const std::string& name, const Scope& scope) const {
        for (const Scope* at = &scope; at; at = at->outer)
            if (const auto found = at->names.find(name); found != at->names.end()) return found->second;
        if (is_function(name)) return {Callable{name}};
        return undefined(detail::concat("'", name, "' is undefined"));
    }
    std::vector<Value> all(const Node& node, std::size_t first, Scope& scope) {
        std::vector<Value> values;
        for (std::size_t at = first; at < node.children.size(); ++at)
            values.push_back(evaluate(node.children[at], scope));
        return values;
    }
    Value dict(const Node& node, Scope& scope) {
        Mapping made;
        for (std::size_t at = 0; at < node.children.size(); at += 2) {
            const Value key = evaluate(node.children[at], scope);
            if (key.sequence() || key.mapping() || key.is<Undefined>())
                budget_.wrong("a " + kind_name(key) + " as a key", "a text or number");
            Value value = evaluate(node.children[at + 1], scope);
            put(made, key, std::move(value), budget_);
        }
        return budget_.dict(std::move(made.entries));
    }
    bool compare(const Node& node, Scope& scope) {
        Value left = evaluate(node.children[0], scope);
        for (std::size_t at = 0; at < node.words.size(); ++at) {
            Value right = evaluate(node.children[at + 1], scope);
            if (!compares(node.words[at], left, right, budget_)) return false;
            left = std::move(right);
        }
        return true;
    }
    Arguments arguments(const Node& node, Scope& scope) {
        Arguments given;
        for (std::size_t at = 1; at < node.children.size(); ++at) {
            const Node& child = node.children[at];
            if (child.kind == NodeKind::keyword)
                given.named.emplace_back(child.text, evaluate(child.children[0], scope));
            else
                given.values.push_back(evaluate(child, scope));
        }
        return given;
    }
    Value call(const Node& node, Scope& scope) {
        const Value what = evaluate(node.children[0], scope);
        Arguments given = arguments(node, scope);
        budget_.line = node.line;
        if (const Undefined* const none = what.get<Undefined>()) wrong_undefined(*none, budget_);
        const Callable* const called = what.get<Callable>();
        if (!called) budget_.wrong("a call of a " + kind_name(what), "of a function");
        if (called->macro) return call_macro(*called->macro, std::move(given));
        if (called->self) return call_method(*called->self, called->name, std::move(given), budget_);
        return call_function(called->name, std::move(given), now_, budget_);
    }
    /// Its text. An argument that is not given, and has no value of its own, is undefined in it.
    Value call_macro(const Node& macro, Arguments given) {
        Scope scope{{}, &top_};
        if (given.values.size() > macro.words.size())
            budget_.wrong(detail::concat(given.values.size(), " arguments of the macro ", macro.text),
                          detail::concat(macro.words.size(), " at most"));
        for (std::size_t at = 0; at < given.values.size(); ++at)
            scope.names.emplace(macro.words[at], std::move(given.values[at]));
        for (auto& [name, value] : given.named) {
            const bool is_known = std::find(macro.words.begin(), macro.words.end(), name) != macro.words.end();
            if (!is_known || !scope.names.emplace(name, std::move(value)).second)
                budget_.wrong("the argument " + name + " of the macro " + macro.text, "others");
        }
        for (std::size_t at = 0; at < macro.words.size(); ++at) {
            if (scope.names.contains(macro.words[at])) continue;
            const Node& value = macro.children[at];
            Value found = value.kind == NodeKind::absent
                              ? undefined(detail::concat("parameter '", macro.words[at], "' was not provided"))
                              : evaluate(value, scope);
            scope.names.emplace(macro.words[at], std::move(found));
        }
        return budget_.text(captured(macro.children.back(), scope));
    }

    /// `a, b` takes a value's items.
    void assign(const Node& node, Value value, Scope& scope) {
        if (node.words.size() == 1) {
            scope.names[node.words[0]] = std::move(value);
            return;
        }
        std::vector<Value> items = items_of(value, budget_);
        if (items.size() != node.words.size())
            budget_.wrong(detail::concat(items.size(), " values for ", node.words.size(), " names"), "as many");
        for (std::size_t at = 0; at < items.size(); ++at) scope.names[node.words[at]] = std::move(items[at]);
    }
    Flow execute(const Node& node, Scope& scope) {
        const auto depth = budget_.deeper();
        budget_.work();
        budget_.line = node.line;
        const auto& children = node.children;
        switch (node.kind) {
            case NodeKind::data:
                budget_.bytes(node.text.size());
                text_ += node.text;
                return Flow::on;
            case NodeKind::print:
                append_text(text_, evaluate(children[0], scope), budget_);
                return Flow::on;
            case NodeKind::block:
                for (const Node& child : children)
                    if (const Flow flow = execute(child, scope); flow != Flow::on) return flow;
                return Flow::on;
            case NodeKind::branches:
                for (std::size_t at = 0; at + 1 < children.size(); at += 2)
                    if (is_true(evaluate(children[at], scope))) return execute(children[at + 1], scope);
                return children.size() % 2 == 1 ? execute(children.back(), scope) : Flow::on;
            case NodeKind::loop:
                return loop(node, scope);
            case NodeKind::set:
                assign(node, evaluate(children[0], scope), scope);
                return Flow::on;
            case NodeKind::set_attribute:
                set_attribute(node, scope);
                return Flow::on;
            case NodeKind::macro:
                scope.names[node.text] = {Callable{node.text, {}, &node}};
                return Flow::on;
            case NodeKind::with: {
                Scope inner{{}, &scope};
                for (std::size_t at = 0; at < node.words.size(); ++at)
                    inner.names[node.words[at]] = evaluate(children[at], scope);
                return execute(children.back(), inner);
            }
            case NodeKind::leave:
                return Flow::leave;
            case NodeKind::next:
                return Flow::next;
            default:
                break;
        }
        budget_.wrong("an expression", "a statement");
    }
    void set_attribute(const Node& node, Scope& scope) {
        const Value object = name(node.text, scope);
        Value value = evaluate(node.children[0], scope);
        Mapping* const names = object.names();
        if (!names || node.text == "loop")
            budget_.wrong("an attribute of " + node.text + ", which is a " + kind_name(object), "a namespace");
        static_cast<void>(budget_.depth_within(value));
        put(*names, text_value(node.words[0]), std::move(value), budget_);
    }
    Flow loop(const Node& node, Scope& scope) {
        const Value sequence = evaluate(node.children[0], scope);
        std::vector<Value> items = items_of(sequence, budget_);
        if (const Node& filter = node.children[1]; filter.kind != NodeKind::absent) {
            std::vector<Value> taken;
            for (Value& item : items) {
                Scope inner{{}, &scope};
                assign(node, item, inner);
                if (is_true(evaluate(filter, inner))) taken.push_back(std::move(item));
            }
            items = std::move(taken);
        }
        for (std::size_t at = 0; at < items.size(); ++at) {
            Scope inner{{}, &scope};
            assign(node, items[at], inner);
            inner.names["loop"] = loop_value(items, at);
            if (execute(node.children[2], inner) == Flow::leave) break;
        }
        if (items.empty() && node.children[3].kind != NodeKind::absent) return execute(node.children[3], scope);
        return Flow::on;
    }

    Scope top_;
    std::time_t now_;
    Budget& budget_;
    std::string text_;
};

}  // namespace genotype::inline v0_1::jinja
