// Filters of single values: numbers, lines of a text, JSON.
#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "genotype/text/jinja/arguments.hpp"
#include "genotype/text/jinja/characters.hpp"
#include "genotype/text/jinja/json_text.hpp"
#include "genotype/text/jinja/python.hpp"

namespace genotype::inline v0_1::jinja {

/// `int` and `float`: what is no number is `if_not`.
inline Value to_number(const Value& value, const Value& if_not, bool is_whole, Budget& budget) {
    const auto whole = [&](double number) {
        if (!(std::fabs(number) < 9e18)) budget.wrong("a number so large", "one of 64 bits");
        return Value{static_cast<std::int64_t>(number)};
    };
    if (value.is_number())
        return is_whole ? value.is_whole() ? Value{value.whole()} : whole(value.number()) : Value{value.number()};
    if (!value.text()) return if_not;
    std::string_view text = strip_space(*value.text());
    if (text.starts_with('+')) text.remove_prefix(1);
    std::int64_t number = 0;
    double real = 0;
    const char* const end = text.data() + text.size();
    if (const auto [to, fault] = std::from_chars(text.data(), end, number);
        is_whole && fault == std::errc() && to == end)
        return {number};
    if (const auto [to, fault] = std::from_chars(text.data(), end, real); fault == std::errc() && to == end)
        return is_whole ? whole(real) : Value{real};
    return if_not;
}

/// `round`, half to even as Python's.
inline Value rounded(const Value& value, std::int64_t digits, const std::string& method, Budget& budget) {
    if (!value.is_number()) budget.wrong("a " + kind_name(value) + " to be rounded", "a number");
    if (method != "common" && method != "ceil" && method != "floor")
        budget.wrong("rounding by " + method, "common, ceil or floor");
    if (value.is_whole() && method == "common" && digits >= 0) return {value.whole()};
    if (method == "common" && digits >= 0 && digits <= 15) {
        // Python rounds the number that it is, by its digits.
        char text[400];
        const auto [end, fault] =
            std::to_chars(text, text + sizeof text, value.number(), std::chars_format::fixed, static_cast<int>(digits));
        double result = 0;
        std::from_chars(text, end, result);
        return {fault == std::errc() ? result : value.number()};
    }
    const double power = std::pow(10.0, static_cast<double>(digits)), scaled = value.number() * power;
    if (method == "common") return {std::nearbyint(scaled) / power};
    return {(method == "ceil" ? std::ceil(scaled) : std::floor(scaled)) / power};
}

inline std::string indented(const std::string& text, const std::string& by, bool first, bool blank) {
    std::string result;
    std::string_view rest = text;
    for (bool is_first = true;; is_first = false) {
        const std::size_t end = rest.find('\n');
        const std::string_view line = rest.substr(0, end);
        if (is_first ? first : blank || !line.empty()) result += by;
        result += line;
        if (end == rest.npos) return result;
        result += '\n';
        rest.remove_prefix(end + 1);
    }
}

inline Value to_json(const Value& value, Arguments given, Budget& budget) {
    const Bound of("tojson", std::move(given), {"ensure_ascii", "indent", "separators", "sort_keys"}, 0, budget);
    if (of.flag(0)) budget.wrong("tojson with ensure_ascii", "without");
    JsonText::Style style;
    style.sorts_keys = of.flag(3);
    if (of.has(1) && !of[1].is<None>()) {
        style.has_lines = true;
        style.item = ",";
        const std::int64_t width = of[1].is_whole() ? of.whole(1, 0) : 0;
        if (width > 100) of.wrong(1, "100 at most");
        style.indent =
            of[1].text() ? of.text(1) : std::string(static_cast<std::size_t>(std::max<std::int64_t>(0, width)), ' ');
    }
    if (of.has(2) && !of[2].is<None>()) {
        const std::vector<Value> both = items_of(of[2], budget);
        if (both.size() != 2 || !both[0].text() || !both[1].text()) of.wrong(2, "two texts");
        style.item = *both[0].text();
        style.key = *both[1].text();
    }
    return budget.text(JsonText(std::move(style), budget).write(value));
}

}  // namespace genotype::inline v0_1::jinja
