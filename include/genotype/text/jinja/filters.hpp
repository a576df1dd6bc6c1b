// Jinja's filters: what stands behind `|`.
#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "genotype/text/jinja/arguments.hpp"
#include "genotype/text/jinja/lookup.hpp"
#include "genotype/text/jinja/methods.hpp"
#include "genotype/text/jinja/sort.hpp"
#include "genotype/text/jinja/tests.hpp"
#include "genotype/text/jinja/value_filters.hpp"

namespace genotype::inline v0_1::jinja {

Value apply_filter(const std::string& name, Value value, Arguments given, Budget& budget);

/// `map`, `select`, `reject`, `selectattr`, `rejectattr`: each item by a filter, test or attribute.
inline Value each(const std::string& name, const Value& value, Arguments given, Budget& budget) {
    std::vector<Value> items = items_of(value, budget), result;
    const auto take_name = [&](const char* what) {
        if (given.values.empty() || !given.values[0].text()) budget.wrong(name + " without " + what, what);
        const std::string taken = *given.values[0].text();
        given.values.erase(given.values.begin());
        return taken;
    };
    if (name == "map") {
        if (given.values.empty()) {
            const Bound of("map", std::move(given), {"attribute", "default"}, 1, budget);
            for (const Value& item : items) {
                Value found = attribute_path(item, of[0], budget);
                result.push_back(found.is<Undefined>() && of.has(1) ? of[1] : std::move(found));
            }
        } else {
            const std::string filter = take_name("a filter");
            for (Value& item : items) result.push_back(apply_filter(filter, std::move(item), given, budget));
        }
        return budget.list(std::move(result), SequenceKind::iterator);
    }
    const bool is_select = name.starts_with("select");
    Value attribute;
    if (name.ends_with("attr")) attribute = text_value(take_name("an attribute"));
    const std::string test = given.values.empty() ? "" : take_name("a test");
    for (Value& item : items) {
        const Value looked_at = attribute.is<None>() ? item : attribute_path(item, attribute, budget);
        if ((test.empty() ? is_true(looked_at) : apply_test(test, looked_at, given, budget)) == is_select)
            result.push_back(std::move(item));
    }
    return budget.list(std::move(result), SequenceKind::iterator);
}

inline Value sequence_filter(const std::string& name, const Value& value, Arguments given, Budget& budget) {
    const std::string what = "the filter " + name;
    const auto key = [](const Bound& of, std::size_t capitals, std::size_t attribute) {
        return SortKey{of.flag(capitals), of.has(attribute) ? of[attribute] : Value{}};
    };
    if (name == "join") {
        const Bound of(what, std::move(given), {"d", "attribute"}, 0, budget);
        std::vector<Value> items = items_of(value, budget);
        if (of.has(1) && !of[1].is<None>())
            for (Value& item : items) item = attribute_path(item, of[1], budget);
        return budget.text(join(items, of.text(0, ""), true, budget));
    }
    if (name == "sort") {
        const Bound of(what, std::move(given), {"reverse", "case_sensitive", "attribute"}, 0, budget);
        return budget.list(sorted(items_of(value, budget), key(of, 1, 2), of.flag(0), budget));
    }
    if (name == "unique") {
        const Bound of(what, std::move(given), {"case_sensitive", "attribute"}, 0, budget);
        std::vector<Value> result, keys;
        for (Value& item : items_of(value, budget)) {
            const Value mine = key(of, 0, 1)(item, budget);
            if (std::any_of(keys.begin(), keys.end(), [&](const Value& other) { return equals(other, mine, budget); }))
                continue;
            keys.push_back(mine);
            result.push_back(std::move(item));
        }
        return budget.list(std::move(result), SequenceKind::iterator);
    }
    if (name == "min" || name == "max") {
        const Bound of(what, std::move(given), {"case_sensitive", "attribute"}, 0, budget);
        const std::vector<Value> items = items_of(value, budget);
        if (items.empty()) return undefined("No aggregated item, sequence was empty.");
        const SortKey order = key(of, 0, 1);
        const Value* best = &items[0];
        for (const Value& item : items)
            if (name == "min" ? less(order(item, budget), order(*best, budget), budget)
                              : less(order(*best, budget), order(item, budget), budget))
                best = &item;
        return *best;
    }
    if (name == "dictsort") {
        const Bound of(what, std::move(given), {"case_sensitive", "by", "reverse"}, 0, budget);
        if (!value.mapping()) budget.wrong("a " + kind_name(value) + " to be sorted as a dict", "a dict");
        const std::string by = of.text(1, "key");
        if (by != "key" && by != "value") budget.wrong("dictsort by " + by, "key or value");
        std::vector<Value> pairs;
        for (const auto& [name_of, of_it] : value.mapping()->entries)
            pairs.push_back(budget.list({name_of, of_it}, SequenceKind::tuple));
        return budget.list(sorted(pairs, {of.flag(0), Value{std::int64_t{by == "key" ? 0 : 1}}}, of.flag(2), budget));
    }
    if (name == "sum") {
        const Bound of(what, std::move(given), {"attribute", "start"}, 0, budget);
        Value total = of.has(1) ? of[1] : Value{std::int64_t{0}};
        for (const Value& item : items_of(value, budget)) {
            const Value one = of.has(0) && !of[0].is<None>() ? attribute_path(item, of[0], budget) : item;
            if (!one.is_number() || !total.is_number()) budget.wrong("a sum with a " + kind_name(one), "numbers");
            std::int64_t whole = 0;
            if (!one.is_whole() || !total.is_whole())
                total = {total.number() + one.number()};
            else if (__builtin_add_overflow(total.whole(), one.whole(), &whole))
                budget.wrong("a sum so large", "one of 64 bits");
            else
                total = {whole};
        }
        return total;
    }
    const Bound none(what, std::move(given), {}, 0, budget);
    if (name == "list") return budget.list(items_of(value, budget));
    if (name == "items") {
        if (value.is<Undefined>()) return budget.list({}, SequenceKind::iterator);
        if (!value.mapping()) budget.wrong("a " + kind_name(value) + " whose items are asked for", "a dict");
        std::vector<Value> pairs;
        for (const auto& [of, it] : value.mapping()->entries)
            pairs.push_back(budget.list({of, it}, SequenceKind::tuple));
        return budget.list(std::move(pairs), SequenceKind::iterator);
    }
    std::vector<Value> items = items_of(value, budget);
    if (name == "reverse") {
        std::reverse(items.begin(), items.end());
        return value.text() ? budget.text(join(items, "", true, budget))
                            : budget.list(std::move(items), SequenceKind::iterator);
    }
    if (items.empty()) return undefined(detail::concat("No ", name, " item, sequence was empty."));
    return name == "first" ? items.front() : items.back();
}

inline Value apply_filter(const std::string& name, Value value, Arguments given, Budget& budget) {
    const auto depth = budget.deeper();
    budget.work();
    const auto one_of = [&](std::initializer_list<std::string_view> names) {
        return std::find(names.begin(), names.end(), name) != names.end();
    };
    const std::string what = "the filter " + name;
    if (one_of({"default", "d"})) {
        const Bound of(what, std::move(given), {"default_value", "boolean"}, 0, budget);
        const bool is_wanted = value.is<Undefined>() || (of.flag(1) && !is_true(value));
        return is_wanted ? of.has(0) ? of[0] : text_value("") : value;
    }
    if (one_of({"map", "select", "reject", "selectattr", "rejectattr"}))
        return each(name, value, std::move(given), budget);
    if (one_of(
            {"join", "sort", "unique", "min", "max", "dictsort", "sum", "list", "items", "reverse", "first", "last"}))
        return sequence_filter(name, value, std::move(given), budget);
    if (name == "tojson") return to_json(value, std::move(given), budget);
    if (one_of({"int", "float"})) {
        const bool is_whole = name == "int";
        const Bound of(what, std::move(given), {"default"}, 0, budget);
        return to_number(value, of.has(0) ? of[0] : is_whole ? Value{std::int64_t{0}} : Value{0.0}, is_whole, budget);
    }
    if (name == "round") {
        const Bound of(what, std::move(given), {"precision", "method"}, 0, budget);
        Value result = rounded(value, of.whole(0, 0), of.text(1, "common"), budget);
        return result;
    }
    if (name == "attr") {
        const Bound of(what, std::move(given), {"name"}, 1, budget);
        Value found;
        return find_method(value, of.text(0), found) ? found : missing(value, of.text(0));
    }
    if (one_of({"length", "count"})) {
        const Bound none(what, std::move(given), {}, 0, budget);
        return whole_value(length_of(value, budget));
    }
    if (name == "abs") {
        const Bound none(what, std::move(given), {}, 0, budget);
        if (!value.is_number()) budget.wrong("the size of a " + kind_name(value), "of a number");
        return value.is_whole() ? Value{value.whole() < 0 ? -value.whole() : value.whole()}
                                : Value{std::fabs(value.number())};
    }
    if (!one_of({"replace", "trim", "indent", "string", "safe", "upper", "lower", "capitalize", "title"}))
        budget.wrong(detail::in_quotes(name) + " behind \"|\"", "a filter of Jinja's that is known here");
    // What is of texts: other values by what they print.
    const std::string text = text_of(value, budget);
    if (name == "replace") {
        const Bound of(what, std::move(given), {"old", "new", "count"}, 2, budget);
        const bool has_limit = of.has(2) && !of[2].is<None>();
        return budget.text(
            replaced(text, text_of(of[0], budget), text_of(of[1], budget), has_limit ? of.whole(2, -1) : -1, budget));
    }
    if (name == "trim") return text_method(text, "strip", std::move(given), budget);
    if (name == "indent") {
        const Bound of(what, std::move(given), {"width", "first", "blank"}, 0, budget);
        const std::int64_t width = of.has(0) && of[0].is_whole() ? of.whole(0, 4) : 4;
        if (width < 0 || width > 1000) of.wrong(0, "0 to 1000");
        const std::string by =
            of.has(0) && of[0].text() ? of.text(0) : std::string(static_cast<std::size_t>(width), ' ');
        budget.bytes(by.size() * static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n') + 1));
        return budget.text(indented(text, by, of.flag(1), of.flag(2)));
    }
    const Bound none(what, std::move(given), {}, 0, budget);
    if (one_of({"string", "safe"})) return value.text() ? value : budget.text(text);
    if (one_of({"upper", "lower"})) return budget.text(cased(text, name == "upper", budget));
    if (name == "capitalize") return budget.text(capitalized(text, budget));
    const auto begins = [](char before) {
        return std::string_view("- \t\n\r\f\v({[<").find(before) != std::string_view::npos;
    };
    return budget.text(titled(text, begins, budget));
}

}  // namespace genotype::inline v0_1::jinja
