// What JSON of a type looks like.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "genotype/text/typed/fields.hpp"

namespace genotype::inline v0_1 {

/// How long a text or list of an answer may be.
struct AnswerLimits {
    int text_bytes = 256;
    int items = 16;
};

namespace typed {

enum class ShapeKind { object, list, text, whole, number, truth };

/// The JSON of a value: compact, with a space behind each ":" and ",", fields in their order.
struct JsonShape {
    ShapeKind kind;
    bool may_be_null = false;
    /// Of an object what stands before each value ("{\"name\": ", ", \"age\": "), and their shapes; of a list one
    /// shape.
    std::vector<std::string> before = {};
    std::vector<JsonShape> parts = {};
    /// Of a whole number; a number's are digits before and behind the point.
    std::int64_t least = 0;
    std::uint64_t most = 0;
    int longest = 0;  // of a text, bytes; of a list, items

    int fewest = 0;                       // bytes of such a value
    std::vector<int> fewest_behind = {};  // of an object, behind the value of each field
};

/// Fills in how short a value may be, where its parts have theirs.
inline JsonShape with_fewest(JsonShape shape) {
    constexpr int of_kinds[] = {0, 2, 2, 1, 1, 4};
    shape.fewest = of_kinds[static_cast<std::size_t>(shape.kind)];
    if (shape.kind != ShapeKind::object) return shape;
    shape.fewest_behind.resize(shape.parts.size());
    int bytes = 1;
    for (std::size_t at = shape.parts.size(); at-- > 0;) {
        shape.fewest_behind[at] = bytes;
        bytes += static_cast<int>(shape.before[at].size()) + shape.parts[at].fewest;
    }
    shape.fewest = bytes;
    return shape;
}

template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};
template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};

template <class T>
JsonShape shape_of(const AnswerLimits& limits);

template <class T, std::size_t... I>
JsonShape object_shape(const AnswerLimits& limits, std::index_sequence<I...>) {
    JsonShape shape{.kind = ShapeKind::object};
    (shape.before.push_back((I == 0 ? "{\"" : ", \"") + std::string(field_name<T, I>()) + "\": "), ...);
    (shape.parts.push_back(
         shape_of<std::remove_cvref_t<std::tuple_element_t<I, decltype(fields_of(std::declval<T&>()))>>>(limits)),
     ...);
    return with_fewest(std::move(shape));
}

/// Of `bool`, whole numbers, `float`, `double`, `std::string`, `std::optional` and `std::vector` of such, and structs.
template <class T>
JsonShape shape_of(const AnswerLimits& limits) {
    if constexpr (std::same_as<T, bool>) {
        return with_fewest({.kind = ShapeKind::truth});
    } else if constexpr (std::integral<T>) {
        return with_fewest({.kind = ShapeKind::whole,
                            .least = static_cast<std::int64_t>(std::numeric_limits<T>::min()),
                            .most = static_cast<std::uint64_t>(std::numeric_limits<T>::max())});
    } else if constexpr (std::floating_point<T>) {
        return with_fewest({.kind = ShapeKind::number});
    } else if constexpr (std::same_as<T, std::string>) {
        return with_fewest({.kind = ShapeKind::text, .longest = limits.text_bytes});
    } else if constexpr (IsVector<T>::value) {
        JsonShape shape{.kind = ShapeKind::list, .longest = limits.items};
        shape.parts.push_back(shape_of<typename T::value_type>(limits));
        return with_fewest(std::move(shape));
    } else if constexpr (IsOptional<T>::value) {
        JsonShape shape = shape_of<typename T::value_type>(limits);
        shape.may_be_null = true;
        shape.fewest = std::min(shape.fewest, 4);
        return shape;
    } else {
        static_assert(
            Fields<T>,
            "an answer has bool, whole and floating-point numbers, std::string, std::optional, std::vector, and "
            "structs of these");
        return object_shape<T>(limits, std::make_index_sequence<count_fields<T>()>());
    }
}

}  // namespace typed
}  // namespace genotype::inline v0_1
