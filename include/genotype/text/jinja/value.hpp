// Values of Jinja's expressions: those of Python that templates handle.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace genotype::inline v0_1::jinja {

struct Node;
struct Value;
struct Sequence;
struct Mapping;

/// What a name, key or attribute that is not there gives: false, empty, and an `Error` to most that is done with it.
struct Undefined {
    std::string words = {};  // "'x' is undefined"
};

/// A macro, a function that every template has, or, with `self`, a method of a value.
struct Callable {
    std::string name;
    std::shared_ptr<const Value> self = {};
    const Node* macro = nullptr;
};

struct None {};
using Text = std::shared_ptr<const std::string>;

struct Value {
    std::variant<Undefined, None, bool, std::int64_t, double, Text, std::shared_ptr<Sequence>, std::shared_ptr<Mapping>,
                 Callable>
        data = None{};

    template <class T>
    const T* get() const {
        return std::get_if<T>(&data);
    }
    template <class T>
    bool is() const {
        return std::holds_alternative<T>(data);
    }
    /// nullptr where it is none.
    const std::string* text() const {
        const Text* const held = get<Text>();
        return held ? held->get() : nullptr;
    }
    Sequence* sequence() const {
        const auto* const held = get<std::shared_ptr<Sequence>>();
        return held ? held->get() : nullptr;
    }
    Mapping* mapping() const;
    /// A namespace.
    Mapping* names() const;
    /// bool is a whole number in Python, too.
    bool is_whole() const { return is<bool>() || is<std::int64_t>(); }
    bool is_number() const { return is_whole() || is<double>(); }
    std::int64_t whole() const { return is<bool>() ? std::get<bool>(data) : std::get<std::int64_t>(data); }
    double number() const { return is<double>() ? std::get<double>(data) : static_cast<double>(whole()); }
    /// Of values within it.
    int depth() const;
};

/// Python's list and tuple; `iterator`, what filters such as `map` give, can be gone through once; `view`, such as
/// `items()` and `range()` give, has a length and no text of its own.
enum class SequenceKind { list, tuple, iterator, view };
struct Sequence {
    SequenceKind kind = SequenceKind::list;
    std::vector<Value> items = {};
    int depth = 1;  // of values within values
};

/// Python's dict, in its order, and Jinja's `namespace`, the only value that a template can change.
struct Mapping {
    bool is_namespace = false;
    std::vector<std::pair<Value, Value>> entries = {};
    int depth = 1;
};

inline Mapping* Value::mapping() const {
    const auto* const held = get<std::shared_ptr<Mapping>>();
    return held && !(*held)->is_namespace ? held->get() : nullptr;
}
inline Mapping* Value::names() const {
    const auto* const held = get<std::shared_ptr<Mapping>>();
    return held && (*held)->is_namespace ? held->get() : nullptr;
}
inline int Value::depth() const {
    if (const auto* const list = get<std::shared_ptr<Sequence>>()) return (*list)->depth;
    if (const auto* const dict = get<std::shared_ptr<Mapping>>()) return (*dict)->depth;
    return 0;
}

inline Value text_value(std::string text) {
    return {std::make_shared<const std::string>(std::move(text))};
}
inline Value whole_value(std::size_t number) {
    return {static_cast<std::int64_t>(number)};
}
inline Value undefined(std::string words) {
    return {Undefined{std::move(words)}};
}

/// As Python's messages name it.
inline std::string kind_name(const Value& value) {
    constexpr std::string_view names[] = {"undefined", "None", "bool", "int",     "float",
                                          "str",       "list", "dict", "function"};
    if (value.names()) return "namespace";
    if (const Sequence* const list = value.sequence()) {
        if (list->kind == SequenceKind::tuple) return "tuple";
        if (list->kind == SequenceKind::iterator) return "generator";
    }
    return std::string(names[value.data.index()]);
}

}  // namespace genotype::inline v0_1::jinja
