// `value.name`, `value[index]` and `value[first:last:step]`.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "genotype/io/words.hpp"
#include "genotype/text/jinja/python.hpp"

namespace genotype::inline v0_1::jinja {

inline constexpr std::array text_methods{"strip",        "lstrip",   "rstrip",  "split", "rsplit", "splitlines",
                                         "startswith",   "endswith", "replace", "upper", "lower",  "title",
                                         "capitalize",   "find",     "rfind",   "join",  "count",  "removeprefix",
                                         "removesuffix", "isdigit",  "isspace"};
inline constexpr std::array dict_methods{"items", "keys", "values", "get", "copy"};
inline constexpr std::array list_methods{"index", "count", "copy"};

/// A method of Python's that this value has, bound to it.
inline bool find_method(const Value& value, std::string_view name, Value& found) {
    const auto is_one = [&](const auto& methods) {
        return std::find(methods.begin(), methods.end(), name) != methods.end();
    };
    const bool there = value.text()       ? is_one(text_methods)
                       : value.mapping()  ? is_one(dict_methods)
                       : value.sequence() ? value.sequence()->kind <= SequenceKind::tuple && is_one(list_methods)
                                          : false;
    if (there) found = {Callable{std::string(name), std::make_shared<const Value>(value)}};
    return there;
}

inline Value missing(const Value& object, std::string_view name) {
    const std::string kind = object.mapping() ? "dict" : kind_name(object);
    return undefined(detail::concat("'", kind, " object' has no attribute ", detail::in_quotes(name)));
}

/// `object.name`: of a dict its methods first, then its keys.
inline Value attribute_of(const Value& object, std::string_view name, Budget& budget) {
    budget.work();
    if (const Undefined* const none = object.get<Undefined>()) wrong_undefined(*none, budget);
    Value found;
    if (find_method(object, name, found)) return found;
    // What changes a value is not a template's to call, and what Python has besides is not here.
    constexpr std::array others{
        "append",    "extend",    "insert",    "pop",          "remove",      "clear",    "update",   "setdefault",
        "popitem",   "sort",      "reverse",   "format",       "format_map",  "encode",   "zfill",    "center",
        "ljust",     "rjust",     "partition", "rpartition",   "isalpha",     "isalnum",  "isupper",  "islower",
        "istitle",   "isnumeric", "isdecimal", "isidentifier", "isprintable", "casefold", "swapcase", "expandtabs",
        "translate", "index",     "rindex",    "bit_length",   "is_integer"};
    const Mapping* const dict = object.mapping() ? object.mapping() : object.names();
    if (dict)
        if (const Value* const value = find(*dict, name, budget)) return *value;
    if (!object.names() && std::find(others.begin(), others.end(), name) != others.end() && !object.is<None>())
        budget.wrong("the method " + std::string(name), "one that changes nothing, of those that are known here");
    return missing(object, name);
}

/// The place of an index that may count from the end, or -1.
inline std::int64_t place_of(std::int64_t index, std::size_t size) {
    const auto count = static_cast<std::int64_t>(size);
    if (index < -count || index >= count) return -1;
    return index < 0 ? index + count : index;
}

/// `object[index]`: of a dict its keys first, then its methods.
inline Value item_of(const Value& object, const Value& index, Budget& budget) {
    budget.work();
    if (const Undefined* const none = object.get<Undefined>()) wrong_undefined(*none, budget);
    if (const Mapping* const dict = object.mapping())
        if (const Value* const value = find(*dict, index, budget)) return *value;
    if (index.is_whole()) {
        if (const Sequence* const list = object.sequence(); list && list->kind != SequenceKind::iterator) {
            const std::int64_t place = place_of(index.whole(), list->items.size());
            if (place >= 0) return list->items[static_cast<std::size_t>(place)];
        }
        if (const std::string* const text = object.text()) {
            budget.bytes(text->size());
            const std::vector<std::string_view> characters = characters_of(*text);
            const std::int64_t place = place_of(index.whole(), characters.size());
            if (place >= 0) return budget.text(std::string(characters[static_cast<std::size_t>(place)]));
        }
        return missing(object, std::to_string(index.whole()));
    }
    if (const std::string* const name = index.text()) {
        Value found;
        if (find_method(object, *name, found)) return found;
        if (const Mapping* const names = object.names())
            if (const Value* const value = find(*names, *name, budget)) return *value;
        return missing(object, *name);
    }
    return missing(object, kind_name(index));
}

/// `object[first:last:step]`, each a whole number, None or Undefined (not given).
inline Value slice_of(const Value& object, const std::array<Value, 3>& parts, Budget& budget) {
    std::vector<Value> items;
    std::vector<std::string_view> characters;
    const Sequence* const list = object.sequence();
    const std::string* const text = object.text();
    if (const Undefined* const none = object.get<Undefined>()) wrong_undefined(*none, budget);
    if (!text && !(list && list->kind <= SequenceKind::tuple))
        budget.wrong("a slice of a " + kind_name(object), "of a list or text");
    if (text) characters = characters_of(*text);
    const auto size = static_cast<std::int64_t>(text ? characters.size() : list->items.size());
    const auto number = [&](const Value& part, std::int64_t if_absent) {
        if (part.is<None>()) return if_absent;
        if (!part.is_whole()) budget.wrong("a slice by a " + kind_name(part), "by whole numbers");
        return part.whole();
    };
    const std::int64_t step = number(parts[2], 1);
    if (step == 0) budget.wrong("a slice with a step of 0", "another step");
    const std::int64_t least = step > 0 ? 0 : -1, most = step > 0 ? size : size - 1;
    const auto place = [&](const Value& part, std::int64_t if_absent) {
        if (part.is<None>()) return if_absent;
        const std::int64_t index = number(part, 0);
        return std::clamp(index < 0 ? (index < -size ? least : index + size) : index, least, most);
    };
    const std::int64_t first = place(parts[0], step > 0 ? 0 : size - 1), last = place(parts[1], step > 0 ? size : -1);
    budget.work(static_cast<std::size_t>(size));
    std::string taken;
    for (std::int64_t at = first; step > 0 ? at < last : at > last;) {
        if (text)
            taken += characters[static_cast<std::size_t>(at)];
        else
            items.push_back(list->items[static_cast<std::size_t>(at)]);
        if (step > 0 ? step >= last - at : step <= last - at) break;  // before a sum that is too large
        at += step;
    }
    return text ? budget.text(std::move(taken)) : budget.list(std::move(items), list->kind);
}

}  // namespace genotype::inline v0_1::jinja
