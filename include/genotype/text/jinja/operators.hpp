// `+`, `~`, `==`, `in` and the others, as Python has them.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "genotype/text/jinja/python.hpp"

namespace genotype::inline v0_1::jinja {

inline Value with_sign(const Value& value, bool is_negative, Budget& budget) {
    if (const Undefined* const none = value.get<Undefined>()) wrong_undefined(*none, budget);
    if (!value.is_number()) budget.wrong("a sign before a " + kind_name(value), "before a number");
    if (!value.is_whole()) return {is_negative ? -value.number() : value.number()};
    if (is_negative && value.whole() == std::numeric_limits<std::int64_t>::min())
        budget.wrong("a number so large", "one of 64 bits");
    return {is_negative ? -value.whole() : value.whole()};
}

/// Of whole numbers; `/` gives a float. Where Python has more than 64 bits that is an `Error`.
inline Value arithmetic(char sign, std::int64_t a, std::int64_t b, Budget& budget) {
    std::int64_t result = 0;
    bool fits = true;
    if (sign == '+') fits = !__builtin_add_overflow(a, b, &result);
    if (sign == '-') fits = !__builtin_sub_overflow(a, b, &result);
    if (sign == '*') fits = !__builtin_mul_overflow(a, b, &result);
    if (sign == 'i' || sign == '%') {
        fits = !(a == std::numeric_limits<std::int64_t>::min() && b == -1);
        const std::int64_t left = fits ? a % b : 0;
        const bool rounds = left != 0 && (left < 0) != (b < 0);  // towards less, not towards 0
        if (fits) result = sign == 'i' ? a / b - (rounds ? 1 : 0) : left + (rounds ? b : 0);
    }
    if (sign == '^') {
        result = 1;
        for (std::int64_t n = 0; n < b && fits && !(a == 1 || a == 0 || a == -1); ++n)
            fits = !__builtin_mul_overflow(result, a, &result);
        if (a == 0 && b > 0) result = 0;
        if (a == -1 && b % 2 != 0) result = -1;
    }
    if (!fits) budget.wrong("a number so large", "one of 64 bits");
    return {result};
}
inline Value arithmetic(char sign, double a, double b) {
    switch (sign) {
        case '+':
            return {a + b};
        case '-':
            return {a - b};
        case '*':
            return {a * b};
        case '/':
            return {a / b};
        case '^':
            return {std::pow(a, b)};
        default:
            break;
    }
    double left = std::fmod(a, b);
    if (left != 0 && (left < 0) != (b < 0)) left += b;
    return {sign == '%' ? left : std::floor((a - left) / b + 0.5)};
}

inline Value repeated(const Value& what, std::int64_t times, Budget& budget) {
    const std::size_t count = times > 0 ? static_cast<std::size_t>(times) : 0;
    if (const std::string* const text = what.text()) {
        if (!text->empty() && count > std::numeric_limits<std::size_t>::max() / text->size())
            budget.wrong("a text so long", "a shorter one");
        budget.bytes(text->size() * count);
        std::string result;
        for (std::size_t n = 0; n < count && !text->empty(); ++n) result += *text;
        return text_value(std::move(result));
    }
    const Sequence& list = *what.sequence();
    std::vector<Value> items;
    for (std::size_t n = 0; n < count && !list.items.empty(); ++n) {
        budget.work(list.items.size());
        items.insert(items.end(), list.items.begin(), list.items.end());
    }
    return budget.list(std::move(items), list.kind);
}

inline Value binary(const std::string& word, const Value& left, const Value& right, Budget& budget) {
    if (word == "~") {
        std::string text;
        append_text(text, left, budget);
        append_text(text, right, budget);
        return text_value(std::move(text));
    }
    for (const Value* const side : {&left, &right})
        if (const Undefined* const none = side->get<Undefined>()) wrong_undefined(*none, budget);
    const char sign = word == "//" ? 'i' : word == "**" ? '^' : word[0];
    if (left.is_number() && right.is_number()) {
        const bool divides = sign == '/' || sign == 'i' || sign == '%';
        if (divides && right.number() == 0) budget.wrong("a division by 0", "by another number");
        const bool is_whole = left.is_whole() && right.is_whole() && sign != '/' && !(sign == '^' && right.whole() < 0);
        if (sign == '^' && ((left.number() == 0 && right.number() < 0) || (left.number() < 0 && !right.is_whole())))
            budget.wrong("a power that is no number", "another");
        return is_whole ? arithmetic(sign, left.whole(), right.whole(), budget)
                        : arithmetic(sign, left.number(), right.number());
    }
    const auto is_list = [](const Value& value) {
        return value.sequence() && value.sequence()->kind <= SequenceKind::tuple;
    };
    if (sign == '+' && left.text() && right.text()) return budget.text(*left.text() + *right.text());
    if (sign == '+' && is_list(left) && is_list(right) && left.sequence()->kind == right.sequence()->kind) {
        std::vector<Value> items = left.sequence()->items;
        items.insert(items.end(), right.sequence()->items.begin(), right.sequence()->items.end());
        return budget.list(std::move(items), left.sequence()->kind);
    }
    if (sign == '*' && (left.text() || is_list(left)) && right.is_whole()) return repeated(left, right.whole(), budget);
    if (sign == '*' && (right.text() || is_list(right)) && left.is_whole())
        return repeated(right, left.whole(), budget);
    budget.wrong("a " + kind_name(left) + " " + word + " a " + kind_name(right), "values that go together");
}

inline bool compares(const std::string& word, const Value& left, const Value& right, Budget& budget) {
    if (word == "==") return equals(left, right, budget);
    if (word == "!=") return !equals(left, right, budget);
    if (word == "in") return contains(right, left, budget);
    if (word == "not in") return !contains(right, left, budget);
    if (word == "<") return less(left, right, budget);
    if (word == ">") return less(right, left, budget);
    if (word == "<=") return less(left, right, budget) || equals(left, right, budget);
    return less(right, left, budget) || equals(left, right, budget);
}

}  // namespace genotype::inline v0_1::jinja
