// From JSON to a value.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "genotype/text/typed/fields.hpp"
#include "genotype/text/typed/json_shape.hpp"

namespace genotype::inline v0_1::typed {

/// Of JSON that has the type's shape.
template <class T>
void read_answer(const nlohmann::json& json, T& to) {
    if constexpr (IsVector<T>::value) {
        for (const nlohmann::json& item : json) {
            typename T::value_type read{};
            read_answer(item, read);
            to.push_back(std::move(read));
        }
    } else if constexpr (IsOptional<T>::value) {
        if (!json.is_null()) read_answer(json, to.emplace());
    } else if constexpr (std::is_arithmetic_v<T> || std::is_same_v<T, std::string>) {
        to = json.get<T>();
    } else {
        const auto fields = fields_of(to);
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            (read_answer(json.at(std::string(field_name<T, I>())), std::get<I>(fields)), ...);
        }
        (std::make_index_sequence<count_fields<T>()>());
    }
}

}  // namespace genotype::inline v0_1::typed
