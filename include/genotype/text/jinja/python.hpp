// What Python makes of values: their texts, whether they are true, equal, or one less than another.
#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "genotype/text/jinja/budget.hpp"
#include "genotype/text/jinja/characters.hpp"
#include "genotype/text/jinja/value.hpp"

namespace genotype::inline v0_1::jinja {

[[noreturn, gnu::cold]] inline void wrong_undefined(const Undefined& value, const Budget& budget) {
    budget.wrong(value.words, "a value");
}

inline bool is_true(const Value& value) {
    if (value.is<Undefined>() || value.is<None>()) return false;
    if (value.is_number()) return value.number() != 0;
    if (const std::string* const text = value.text()) return !text->empty();
    if (const Sequence* const list = value.sequence())
        return list->kind == SequenceKind::iterator || !list->items.empty();
    if (const Mapping* const dict = value.mapping()) return !dict->entries.empty();
    return true;
}

/// The shortest digits that give the number again: `repr(float)`.
inline std::string float_text(double number) {
    if (std::isnan(number)) return "nan";
    if (std::isinf(number)) return number > 0 ? "inf" : "-inf";
    char digits[40];
    const double size = std::fabs(number);
    const bool is_plain = size == 0 || (size >= 1e-4 && size < 1e16);
    const auto end = std::to_chars(digits, digits + sizeof digits, number,
                                   is_plain ? std::chars_format::fixed : std::chars_format::scientific);
    std::string text(digits, end.ptr);
    if (is_plain && text.find('.') == text.npos) text += ".0";
    return text;
}

void append_repr(std::string& to, const Value& value, Budget& budget);

/// A text in quotes, as `repr` has it where all characters can be printed.
inline void append_quoted(std::string& to, std::string_view text, Budget& budget) {
    const char quote = text.find('\'') != text.npos && text.find('"') == text.npos ? '"' : '\'';
    to += quote;
    for (const char letter : text) {
        const auto byte = static_cast<unsigned char>(letter);
        if (letter == '\n' || letter == '\r' || letter == '\t') {
            to += letter == '\n' ? "\\n" : letter == '\r' ? "\\r" : "\\t";
        } else if (byte < 0x20 || byte == 0x7f) {
            char code[8];
            std::snprintf(code, sizeof code, "\\x%02x", byte);
            to += code;
        } else if (byte >= 0x80) {
            // Which of these Python writes as they are is a table of its own.
            budget.wrong("a list with a text beyond ASCII, which is printed as Python shows lists",
                         "tojson or join of it");
        } else {
            if (letter == quote || letter == '\\') to += '\\';
            to += letter;
        }
    }
    to += quote;
}
/// `str(value)`.
inline void append_text(std::string& to, const Value& value, Budget& budget) {
    budget.work();
    const std::size_t before = to.size();
    if (const std::string* const text = value.text())
        to += *text;
    else if (!value.is<Undefined>())
        append_repr(to, value, budget);
    budget.bytes(to.size() - before);
}
/// `repr(value)`.
inline void append_repr(std::string& to, const Value& value, Budget& budget) {
    budget.work();
    const auto items = [&](const auto& all, const auto& append) {
        bool is_first = true;
        for (const auto& item : all) {
            if (!is_first) to += ", ";
            is_first = false;
            append(item);
        }
    };
    if (value.is<None>()) {
        to += "None";
    } else if (const bool* const flag = value.get<bool>()) {
        to += *flag ? "True" : "False";
    } else if (value.is_whole()) {
        to += std::to_string(value.whole());
    } else if (value.is_number()) {
        to += float_text(value.number());
    } else if (const std::string* const text = value.text()) {
        append_quoted(to, *text, budget);
        budget.bytes(text->size());
    } else if (const Sequence* const list = value.sequence();
               list && (list->kind == SequenceKind::list || list->kind == SequenceKind::tuple)) {
        const bool is_list = list->kind == SequenceKind::list;
        to += is_list ? '[' : '(';
        items(list->items, [&](const Value& item) { append_repr(to, item, budget); });
        if (!is_list && list->items.size() == 1) to += ',';
        to += is_list ? ']' : ')';
    } else if (const Mapping* const dict = value.mapping()) {
        to += '{';
        items(dict->entries, [&](const auto& entry) {
            append_repr(to, entry.first, budget);
            to += ": ";
            append_repr(to, entry.second, budget);
        });
        to += '}';
    } else if (value.is<Undefined>()) {
        to += "Undefined";
    } else {
        budget.wrong("a " + kind_name(value) + " that is to be printed", "a value with a text");
    }
}
inline std::string text_of(const Value& value, Budget& budget) {
    std::string text;
    append_text(text, value, budget);
    return text;
}

/// `==`.
inline bool equals(const Value& a, const Value& b, Budget& budget) {
    budget.work();
    if (a.is_number() && b.is_number())
        return a.is_whole() && b.is_whole() ? a.whole() == b.whole() : a.number() == b.number();
    if (a.text() && b.text()) return *a.text() == *b.text();
    if (a.sequence() && b.sequence()) {
        const Sequence &left = *a.sequence(), &right = *b.sequence();
        if (&left == &right) return true;
        if (left.kind != right.kind || left.kind == SequenceKind::iterator || left.items.size() != right.items.size())
            return false;
        return std::equal(left.items.begin(), left.items.end(), right.items.begin(),
                          [&](const Value& x, const Value& y) { return equals(x, y, budget); });
    }
    if (a.mapping() && b.mapping()) {
        const auto &left = a.mapping()->entries, &right = b.mapping()->entries;
        return left.size() == right.size() && std::all_of(left.begin(), left.end(), [&](const auto& entry) {
                   return std::any_of(right.begin(), right.end(), [&](const auto& other) {
                       return equals(entry.first, other.first, budget) && equals(entry.second, other.second, budget);
                   });
               });
    }
    if (a.names() && b.names()) return a.names() == b.names();
    return (a.is<None>() && b.is<None>()) || (a.is<Undefined>() && b.is<Undefined>());
}
/// `<`.
inline bool less(const Value& a, const Value& b, Budget& budget) {
    budget.work();
    if (a.is_number() && b.is_number())
        return a.is_whole() && b.is_whole() ? a.whole() < b.whole() : a.number() < b.number();
    if (a.text() && b.text()) return *a.text() < *b.text();  // bytes of UTF-8 are in the order of characters
    if (a.sequence() && b.sequence() && a.sequence()->kind == b.sequence()->kind &&
        a.sequence()->kind <= SequenceKind::tuple) {
        const auto &left = a.sequence()->items, &right = b.sequence()->items;
        for (std::size_t at = 0; at < std::min(left.size(), right.size()); ++at)
            if (!equals(left[at], right[at], budget)) return less(left[at], right[at], budget);
        return left.size() < right.size();
    }
    for (const Value* const side : {&a, &b})
        if (const Undefined* const none = side->get<Undefined>()) wrong_undefined(*none, budget);
    budget.wrong("a comparison of " + kind_name(a) + " and " + kind_name(b), "values of one kind");
}

/// The value of a key, or nullptr.
inline const Value* find(const Mapping& dict, const Value& key, Budget& budget) {
    for (const auto& [name, value] : dict.entries)
        if (equals(name, key, budget)) return &value;
    return nullptr;
}
inline const Value* find(const Mapping& dict, std::string_view key, Budget& budget) {
    budget.work(dict.entries.size());
    for (const auto& [name, value] : dict.entries)
        if (name.text() && *name.text() == key) return &value;
    return nullptr;
}

/// `dict[key] = value`, of a dict that is being made, or a namespace.
inline void put(Mapping& dict, Value key, Value value, Budget& budget) {
    for (auto& [name, held] : dict.entries)
        if (equals(name, key, budget)) {
            held = std::move(value);
            return;
        }
    dict.entries.emplace_back(std::move(key), std::move(value));
}

/// What is gone through, as `list(value)` has it. An iterator has nothing more then.
inline std::vector<Value> items_of(const Value& value, Budget& budget) {
    std::vector<Value> items;
    if (value.is<Undefined>()) return items;
    if (Sequence* const list = value.sequence()) {
        budget.work(list->items.size());
        if (list->kind != SequenceKind::iterator) return list->items;
        return std::exchange(list->items, {});
    }
    if (const Mapping* const dict = value.mapping()) {
        budget.work(dict->entries.size());
        for (const auto& [key, of] : dict->entries) items.push_back(key);
        return items;
    }
    if (const std::string* const text = value.text()) {
        budget.work(text->size());
        for (const std::string_view character : characters_of(*text))
            items.push_back(budget.text(std::string(character)));
        return items;
    }
    budget.wrong("a " + kind_name(value), "what has items");
}

/// `item in container`.
inline bool contains(const Value& container, const Value& item, Budget& budget) {
    if (const std::string* const text = container.text()) {
        const std::string* const part = item.text();
        if (!part) budget.wrong("a " + kind_name(item) + " that is looked for in a text", "a text");
        budget.bytes(text->size());
        return text->find(*part) != text->npos;
    }
    if (const Mapping* const dict = container.mapping()) return find(*dict, item, budget) != nullptr;
    const std::vector<Value> items = items_of(container, budget);
    return std::any_of(items.begin(), items.end(), [&](const Value& other) { return equals(other, item, budget); });
}

/// `len(value)`.
inline std::size_t length_of(const Value& value, Budget& budget) {
    if (value.is<Undefined>()) return 0;
    if (const std::string* const text = value.text()) {
        budget.bytes(text->size());
        return count_characters(*text);
    }
    if (const Sequence* const list = value.sequence(); list && list->kind != SequenceKind::iterator)
        return list->items.size();
    if (const Mapping* const dict = value.mapping()) return dict->entries.size();
    budget.wrong("a " + kind_name(value), "what has a length");
}

}  // namespace genotype::inline v0_1::jinja
