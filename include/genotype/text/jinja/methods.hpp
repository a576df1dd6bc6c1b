// Methods of texts, dicts and lists, and the functions that a template finds.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "genotype/io/words.hpp"
#include "genotype/text/jinja/arguments.hpp"
#include "genotype/text/jinja/characters.hpp"

namespace genotype::inline v0_1::jinja {

/// In capital letters, or small ones. Of other letters than ASCII's an `Error`: Python's tables of them are not here.
inline std::string cased(std::string_view text, bool is_upper, Budget& budget) {
    std::string result(text);
    for (char& letter : result) {
        if (static_cast<unsigned char>(letter) >= 0x80)
            budget.wrong("capital or small letters of a text beyond ASCII", "letters of ASCII");
        if (is_upper ? letter >= 'a' && letter <= 'z' : letter >= 'A' && letter <= 'Z')
            letter = static_cast<char>(letter ^ 0x20);
    }
    return result;
}
/// The first letter of each word a capital one; words begin behind what `begins` says of.
template <class Begins>
std::string titled(std::string_view text, const Begins& begins, Budget& budget) {
    std::string result = cased(text, false, budget);
    bool is_first = true;
    for (char& letter : result) {
        if (is_first && letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter ^ 0x20);
        is_first = begins(letter);
    }
    return result;
}
inline std::string capitalized(std::string_view text, Budget& budget) {
    bool was_first = false;
    return titled(
        text, [&](char) { return std::exchange(was_first, true) && false; }, budget);
}
inline std::string replaced(std::string_view text, std::string_view from, std::string_view to, std::int64_t most,
                            Budget& budget) {
    std::string result;
    std::size_t at = 0;
    for (; most != 0; --most) {
        // An empty text is found before each character and at the end.
        const std::size_t found = text.find(from, at);
        if (found == text.npos || (from.empty() && at == text.size())) break;
        const std::size_t step = from.empty() ? first_character(text.substr(at)).size() : 0;
        budget.bytes(to.size() + step + found - at);
        result.append(text.substr(at, found - at)).append(to).append(text.substr(at, step));
        at = found + from.size() + step;
    }
    if (from.empty() && most != 0) result.append(to);
    return result.append(text.substr(at));
}

/// As `str.split` and `str.rsplit` have it; without a separator at space, of which none is left.
inline Value split(std::string_view text, const std::string* separator, std::int64_t most, bool from_end,
                   Budget& budget) {
    std::vector<Value> parts;
    const auto add = [&](std::string_view part) { parts.push_back(budget.text(std::string(part))); };
    if (separator && separator->empty()) budget.wrong("a split at \"\"", "a text with letters");
    if (!separator) text = strip_space(text, !from_end, from_end);
    for (; most != 0 && !(text.empty() && !separator); --most) {
        std::size_t at = text.npos, length = separator ? separator->size() : 0;
        if (separator) {
            at = from_end ? text.rfind(*separator) : text.find(*separator);
        } else {
            for (std::size_t place = 0; place < text.size() && (from_end || at == text.npos);) {
                const std::string_view character = first_character(text.substr(place));
                if (is_space(code_point(character))) at = place, length = character.size();
                place += character.size();
            }
            budget.work(from_end ? text.size() : std::min(at, text.size()));
        }
        if (at == text.npos) break;
        add(from_end ? text.substr(at + length) : text.substr(0, at));
        text = from_end ? text.substr(0, at) : text.substr(at + length);
        if (!separator) text = strip_space(text, !from_end, from_end);
    }
    if (!separator && most == 0) text = strip_space(text, !from_end, from_end);
    if (separator || !text.empty()) add(text);
    if (from_end) std::reverse(parts.begin(), parts.end());
    return budget.list(std::move(parts));
}
inline Value split_lines(std::string_view text, bool keeps_ends, Budget& budget) {
    std::vector<Value> lines;
    std::size_t begin = 0;
    const auto ends = [](std::uint32_t code) {
        return (code >= 10 && code <= 13) || (code >= 0x1c && code <= 0x1e) || code == 0x85 || code == 0x2028 ||
               code == 0x2029;
    };
    for (std::size_t at = 0; at < text.size();) {
        std::size_t behind = at + first_character(text.substr(at)).size();
        if (ends(code_point(text.substr(at, behind - at)))) {
            if (text.substr(at).starts_with("\r\n")) ++behind;
            lines.push_back(budget.text(std::string(text.substr(begin, (keeps_ends ? behind : at) - begin))));
            begin = behind;
        }
        at = behind;
    }
    if (begin < text.size()) lines.push_back(budget.text(std::string(text.substr(begin))));
    return budget.list(std::move(lines));
}
inline std::string join(const std::vector<Value>& items, std::string_view between, bool takes_all, Budget& budget) {
    std::string text;
    for (std::size_t at = 0; at < items.size(); ++at) {
        if (at > 0) text += between;
        if (!takes_all && !items[at].text())
            budget.wrong("a " + kind_name(items[at]) + " among what is joined", "texts");
        append_text(text, items[at], budget);
        budget.bytes(between.size());
    }
    return text;
}

inline Value text_method(const std::string& text, const std::string& name, Arguments given, Budget& budget) {
    const std::string what = "str." + name;
    budget.bytes(text.size());
    if (name == "strip" || name == "lstrip" || name == "rstrip") {
        const Bound of(what, std::move(given), {"chars"}, 0, budget);
        const bool at_begin = name != "rstrip", at_end = name != "lstrip";
        if (!of.has(0) || of[0].is<None>()) return budget.text(std::string(strip_space(text, at_begin, at_end)));
        const std::vector<std::string_view> drops = characters_of(of.text(0));
        budget.work(drops.size());
        return budget.text(std::string(strip(text, at_begin, at_end, [&](std::string_view character) {
            budget.work(drops.size() / 16);
            return std::find(drops.begin(), drops.end(), character) != drops.end();
        })));
    }
    if (name == "split" || name == "rsplit") {
        const Bound of(what, std::move(given), {"sep", "maxsplit"}, 0, budget);
        const std::string* const separator = of.has(0) && !of[0].is<None>() ? &of.text(0) : nullptr;
        return split(text, separator, of.whole(1, -1), name == "rsplit", budget);
    }
    if (name == "splitlines") {
        const Bound of(what, std::move(given), {"keepends"}, 0, budget);
        return split_lines(text, of.flag(0), budget);
    }
    if (name == "startswith" || name == "endswith") {
        const Bound of(what, std::move(given), {"prefix"}, 1, budget);
        const auto fits = [&](const Value& part) {
            if (!part.text()) of.wrong(0, "a text, or a tuple of texts");
            return name == "startswith" ? text.starts_with(*part.text()) : text.ends_with(*part.text());
        };
        const Sequence* const parts = of[0].sequence();
        if (!parts || parts->kind != SequenceKind::tuple) return {fits(of[0])};
        budget.work(parts->items.size());
        return {std::any_of(parts->items.begin(), parts->items.end(), fits)};
    }
    if (name == "replace") {
        const Bound of(what, std::move(given), {"old", "new", "count"}, 2, budget);
        return budget.text(replaced(text, of.text(0), of.text(1), of.whole(2, -1), budget));
    }
    if (name == "find" || name == "rfind") {
        const Bound of(what, std::move(given), {"sub"}, 1, budget);
        const std::size_t at = name == "find" ? text.find(of.text(0)) : text.rfind(of.text(0));
        return at == text.npos ? Value{std::int64_t{-1}}
                               : whole_value(count_characters(std::string_view(text).substr(0, at)));
    }
    if (name == "count") {
        const Bound of(what, std::move(given), {"sub"}, 1, budget);
        const std::string& part = of.text(0);
        if (part.empty()) return whole_value(count_characters(text) + 1);
        std::size_t count = 0;
        for (std::size_t at = 0; (at = text.find(part, at)) != text.npos; at += part.size()) ++count;
        return whole_value(count);
    }
    if (name == "removeprefix" || name == "removesuffix") {
        const Bound of(what, std::move(given), {"part"}, 1, budget);
        std::string_view rest = text;
        if (name == "removeprefix" && rest.starts_with(of.text(0))) rest.remove_prefix(of.text(0).size());
        if (name == "removesuffix" && rest.ends_with(of.text(0))) rest.remove_suffix(of.text(0).size());
        return budget.text(std::string(rest));
    }
    if (name == "join") {
        const Bound of(what, std::move(given), {"iterable"}, 1, budget);
        return budget.text(join(items_of(of[0], budget), text, false, budget));
    }
    const Bound of(what, std::move(given), {}, 0, budget);
    if (name == "upper" || name == "lower") return budget.text(cased(text, name == "upper", budget));
    if (name == "capitalize") return budget.text(capitalized(text, budget));
    if (name == "title") {
        const auto is_no_letter = [](char letter) { return !((letter | 0x20) >= 'a' && (letter | 0x20) <= 'z'); };
        return budget.text(titled(text, is_no_letter, budget));
    }
    const auto all = [&](const auto& is_one) {
        return Value{!text.empty() && std::all_of(text.begin(), text.end(), [&](char letter) {
            if (static_cast<unsigned char>(letter) >= 0x80)
                budget.wrong("kinds of letters beyond ASCII", "letters of ASCII");
            return is_one(static_cast<std::uint32_t>(letter));
        })};
    };
    if (name == "isspace") return all([](std::uint32_t code) { return is_space(code); });
    return all([](std::uint32_t code) { return code >= '0' && code <= '9'; });  // isdigit
}

inline Value call_method(const Value& self, const std::string& name, Arguments given, Budget& budget) {
    budget.work();
    if (const std::string* const text = self.text()) return text_method(*text, name, std::move(given), budget);
    if (const Mapping* const dict = self.mapping()) {
        if (name == "get") {
            const Bound of("dict.get", std::move(given), {"key", "default"}, 1, budget);
            const Value* const found = find(*dict, of[0], budget);
            return found ? *found : of.has(1) ? of[1] : Value{};
        }
        const Bound of("dict." + name, std::move(given), {}, 0, budget);
        if (name == "copy") return self;
        std::vector<Value> items;
        for (const auto& [key, value] : dict->entries)
            items.push_back(name == "items"  ? budget.list({key, value}, SequenceKind::tuple)
                            : name == "keys" ? key
                                             : value);
        return budget.list(std::move(items), SequenceKind::view);
    }
    const std::vector<Value>& items = self.sequence()->items;
    if (name == "copy") return self;
    const Bound of("list." + name, std::move(given), {"value"}, 1, budget);
    const auto is_it = [&](const Value& item) { return equals(item, of[0], budget); };
    if (name == "count") return {static_cast<std::int64_t>(std::count_if(items.begin(), items.end(), is_it))};
    const auto at = std::find_if(items.begin(), items.end(), is_it);
    if (at == items.end()) budget.wrong("a value that is not in the list", "one that is");
    return whole_value(static_cast<std::size_t>(at - items.begin()));
}

/// What every template can call: Jinja's `range`, `dict`, `namespace`, and transformers' `raise_exception` and
/// `strftime_now`.
inline bool is_function(std::string_view name) {
    return name == "range" || name == "dict" || name == "namespace" || name == "raise_exception" ||
           name == "strftime_now";
}
inline Value call_function(const std::string& name, Arguments given, std::time_t now, Budget& budget) {
    budget.work();
    if (name == "range") {
        const Bound of("range", std::move(given), {"first", "last", "step"}, 1, budget);
        const std::int64_t first = of.has(1) ? of.whole(0, 0) : 0, last = of.has(1) ? of.whole(1, 0) : of.whole(0, 0);
        const std::int64_t step = of.whole(2, 1);
        if (step == 0) budget.wrong("a range with a step of 0", "another step");
        constexpr std::int64_t far = std::numeric_limits<std::int64_t>::max() / 4;
        if (std::min({first, last, step}) < -far || std::max({first, last, step}) > far)
            budget.wrong("a range so far", "a nearer one");
        std::vector<Value> items;
        for (std::int64_t at = first; step > 0 ? at < last : at > last; at += step) {
            budget.work();
            items.push_back({at});
        }
        return budget.list(std::move(items), SequenceKind::view);
    }
    if (name == "raise_exception") {
        const Bound of(name, std::move(given), {"message"}, 1, budget);
        budget.wrong(detail::concat("what the template refuses, ", detail::in_quotes(text_of(of[0], budget), 400)),
                     "a conversation that it takes");
    }
    if (name == "strftime_now") {
        const Bound of(name, std::move(given), {"format"}, 1, budget);
        std::tm local = {};
        localtime_r(&now, &local);
        char text[256];
        const std::size_t size = std::strftime(text, sizeof text, of.text(0).c_str(), &local);
        if (size == 0 && !of.text(0).empty()) budget.wrong("a date so long", "at most 255 letters");
        return budget.text(std::string(text, size));
    }
    // dict and namespace: what another dict has, and arguments with names.
    Mapping all;
    for (const Value& other : given.values) {
        if (!other.mapping())
            budget.wrong("a " + kind_name(other) + " as an argument of " + name, "a dict, and arguments with names");
        all.entries.insert(all.entries.end(), other.mapping()->entries.begin(), other.mapping()->entries.end());
    }
    for (auto& [key, value] : given.named) put(all, text_value(key), std::move(value), budget);
    Value made = budget.dict(std::move(all.entries));
    if (name == "namespace") std::get<std::shared_ptr<Mapping>>(made.data)->is_namespace = true;
    return made;
}

}  // namespace genotype::inline v0_1::jinja
