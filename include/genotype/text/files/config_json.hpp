// Fields of Hugging Face's config.json, for families of text models. What transformers reads is read, or refused by
// name.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>

#include "genotype/text/family.hpp"
#include "genotype/text/files/json_field.hpp"

namespace genotype::inline v0_1 {

/// A value of config.json with its name, for messages.
using ConfigField = detail::JsonField;

namespace detail {

[[gnu::cold]] inline int config_size(const JsonField& field) {
    return field.whole(1, largest_size);
}
[[gnu::cold]] inline int config_size(const JsonField& field, int if_absent) {
    return field.is_null() ? if_absent : config_size(field);
}
[[gnu::cold]] inline float config_positive(const JsonField& field) {
    const float number = field.number();
    if (!(number > 0)) field.wrong("a number above 0");
    return number;
}
/// Refuses a field that says anything else than how these models are made here.
[[gnu::cold]] inline void expect_flag(const JsonField& field, bool expected) {
    if (field.flag(expected) != expected) field.wrong(expected ? "true" : "false");
}
/// The names of one function in transformers.
[[gnu::cold]] inline void expect_one_of(const JsonField& field, std::initializer_list<std::string_view> names) {
    if (field.is_null() || std::find(names.begin(), names.end(), field.text()) != names.end()) return;
    std::string expected;
    for (const std::string_view name : names) expected += (expected.empty() ? "" : " or ") + std::string(name);
    field.wrong(expected);
}

}  // namespace detail
}  // namespace genotype::inline v0_1
