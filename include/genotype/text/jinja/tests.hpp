// Jinja's tests: what stands behind `is`.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "genotype/io/words.hpp"
#include "genotype/text/jinja/arguments.hpp"
#include "genotype/text/jinja/methods.hpp"

namespace genotype::inline v0_1::jinja {

inline bool apply_test(const std::string& name, const Value& value, Arguments given, Budget& budget) {
    budget.work();
    const auto one_of = [&](std::initializer_list<std::string_view> names) {
        return std::find(names.begin(), names.end(), name) != names.end();
    };
    const std::string what = "the test " + name;
    if (one_of({"eq", "equalto", "ne", "lt", "lessthan", "gt", "greaterthan", "le", "ge", "in", "sameas",
                "divisibleby"})) {
        const Bound of(what, std::move(given), {"other"}, 1, budget);
        if (name == "eq" || name == "equalto") return equals(value, of[0], budget);
        if (name == "ne") return !equals(value, of[0], budget);
        if (name == "lt" || name == "lessthan") return less(value, of[0], budget);
        if (name == "gt" || name == "greaterthan") return less(of[0], value, budget);
        if (name == "le") return less(value, of[0], budget) || equals(value, of[0], budget);
        if (name == "ge") return less(of[0], value, budget) || equals(value, of[0], budget);
        if (name == "in") return contains(of[0], value, budget);
        if (name == "sameas") {
            const bool is_simple = value.is<None>() || value.is<bool>();
            if (!is_simple && !of[0].is<None>() && !of[0].is<bool>()) of.wrong(0, "true, false or none");
            return value.data.index() == of[0].data.index() && equals(value, of[0], budget);
        }
        if (!value.is_whole() || of.whole(0, 0) == 0) of.wrong(0, "whole numbers but 0");
        return value.whole() % of.whole(0, 1) == 0;
    }
    const Bound none(what, std::move(given), {}, 0, budget);
    if (name == "defined") return !value.is<Undefined>();
    if (name == "undefined") return value.is<Undefined>();
    if (name == "none") return value.is<None>();
    if (name == "boolean") return value.is<bool>();
    if (name == "true" || name == "false") return value.is<bool>() && value.whole() == (name == "true" ? 1 : 0);
    if (name == "string") return value.text() != nullptr;
    if (name == "number") return value.is_number();
    if (name == "integer") return value.is<std::int64_t>();
    if (name == "float") return value.is<double>();
    if (name == "mapping") return value.mapping() != nullptr;
    if (name == "iterable") return value.text() || value.sequence() || value.mapping() || value.is<Undefined>();
    if (name == "sequence") {
        const Sequence* const list = value.sequence();
        return value.text() || value.mapping() || (list && list->kind <= SequenceKind::tuple) || value.is<Undefined>();
    }
    if (name == "callable") return value.is<Callable>();
    if (name == "odd" || name == "even") {
        if (!value.is_whole()) budget.wrong("a " + kind_name(value) + " that is tested for " + name, "a whole number");
        return (value.whole() % 2 != 0) == (name == "odd");
    }
    if (name == "lower" || name == "upper") {
        const std::string text = text_of(value, budget);
        const bool has_letters = cased(text, true, budget) != cased(text, false, budget);
        return has_letters && text == cased(text, name == "upper", budget);
    }
    budget.wrong(detail::in_quotes(name) + " behind \"is\"", "a test of Jinja's");
}

}  // namespace genotype::inline v0_1::jinja
