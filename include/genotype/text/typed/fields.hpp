// The fields of a struct, by number and name.
#pragma once

#include <cstddef>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace genotype::inline v0_1::typed {

struct AnyValue {
    template <class T>
    operator T() const;  // never defined: in expressions that are not evaluated
};

template <class T, class... Values>
consteval std::size_t count_fields() {
    if constexpr (requires { T{Values{}..., AnyValue{}}; })
        return count_fields<T, Values..., AnyValue>();
    else
        return sizeof...(Values);
}

inline constexpr std::size_t most_fields = 12;

/// A struct whose fields are public and without bases, as `struct Person { std::string name; int age; };`.
template <class T>
concept Fields = std::is_aggregate_v<T> && !std::is_array_v<T> && std::is_class_v<T>;

/// References to all fields, in their order.
template <Fields T>
constexpr auto fields_of(T& value) {
    constexpr std::size_t count = count_fields<std::remove_const_t<T>>();
    static_assert(count >= 1 && count <= most_fields, "a struct of 1 to 12 fields");
    if constexpr (count == 1) {
        auto& [a] = value;
        return std::tie(a);
    } else if constexpr (count == 2) {
        auto& [a, b] = value;
        return std::tie(a, b);
    } else if constexpr (count == 3) {
        auto& [a, b, c] = value;
        return std::tie(a, b, c);
    } else if constexpr (count == 4) {
        auto& [a, b, c, d] = value;
        return std::tie(a, b, c, d);
    } else if constexpr (count == 5) {
        auto& [a, b, c, d, e] = value;
        return std::tie(a, b, c, d, e);
    } else if constexpr (count == 6) {
        auto& [a, b, c, d, e, f] = value;
        return std::tie(a, b, c, d, e, f);
    } else if constexpr (count == 7) {
        auto& [a, b, c, d, e, f, g] = value;
        return std::tie(a, b, c, d, e, f, g);
    } else if constexpr (count == 8) {
        auto& [a, b, c, d, e, f, g, h] = value;
        return std::tie(a, b, c, d, e, f, g, h);
    } else if constexpr (count == 9) {
        auto& [a, b, c, d, e, f, g, h, i] = value;
        return std::tie(a, b, c, d, e, f, g, h, i);
    } else if constexpr (count == 10) {
        auto& [a, b, c, d, e, f, g, h, i, j] = value;
        return std::tie(a, b, c, d, e, f, g, h, i, j);
    } else if constexpr (count == 11) {
        auto& [a, b, c, d, e, f, g, h, i, j, k] = value;
        return std::tie(a, b, c, d, e, f, g, h, i, j, k);
    } else {
        auto& [a, b, c, d, e, f, g, h, i, j, k, l] = value;
        return std::tie(a, b, c, d, e, f, g, h, i, j, k, l);
    }
}

template <class T>
struct Held {
    T value;
};
/// Never defined: only the addresses of its parts are taken, while compiling.
template <class T>
extern const Held<T> somewhere;

/// A pointer to a part of an object, as an argument of templates.
template <class T>
struct Place {
    const T* pointer;
};
template <class T>
Place(const T*) -> Place<T>;

template <Place P>
constexpr std::string_view name_of_place() {
#if defined(__clang__)
    std::string_view text = __PRETTY_FUNCTION__;
    text = text.substr(0, text.rfind('}'));
    return text.substr(text.find_last_of(".:") + 1);
#else
    std::string_view text = __PRETTY_FUNCTION__;
    text = text.substr(0, text.rfind(')'));
    return text.substr(text.find_last_of(".:") + 1);
#endif
}

#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wundefined-var-template"
#endif
/// The name of field I, as the source has it.
template <Fields T, std::size_t I>
constexpr std::string_view field_name() {
    return name_of_place<Place{&std::get<I>(fields_of(somewhere<T>.value))}>();
}
#if defined(__clang__)
#pragma clang diagnostic pop
#endif

}  // namespace genotype::inline v0_1::typed
