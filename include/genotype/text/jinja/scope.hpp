// What a part of a template sees by name.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "genotype/text/jinja/value.hpp"

namespace genotype::inline v0_1::jinja {

/// Names and their values. A loop's body, a macro's and that of `with` have their own; `if` has none.
struct Scope {
    std::map<std::string, Value, std::less<>> names = {};
    const Scope* outer = nullptr;
};

/// `loop` within a loop's body.
inline Value loop_value(const std::vector<Value>& items, std::size_t at) {
    const auto none = [](const char* words) { return undefined(words); };
    std::vector<std::pair<Value, Value>> entries;
    const auto add = [&](const char* name, Value value) { entries.emplace_back(text_value(name), std::move(value)); };
    add("index", whole_value(at + 1));
    add("index0", whole_value(at));
    add("first", {at == 0});
    add("last", {at + 1 == items.size()});
    add("length", whole_value(items.size()));
    add("revindex", whole_value(items.size() - at));
    add("revindex0", whole_value(items.size() - at - 1));
    add("previtem", at > 0 ? items[at - 1] : none("there is no previous item"));
    add("nextitem", at + 1 < items.size() ? items[at + 1] : none("there is no next item"));
    return {std::make_shared<Mapping>(Mapping{true, std::move(entries)})};
}

}  // namespace genotype::inline v0_1::jinja
