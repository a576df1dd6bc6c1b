// Items in order, as Jinja's filters compare them.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "genotype/text/jinja/lookup.hpp"
#include "genotype/text/jinja/methods.hpp"
#include "genotype/text/jinja/python.hpp"

namespace genotype::inline v0_1::jinja {

/// What `attribute="a.b.0"` names.
inline Value attribute_path(Value value, const Value& path, Budget& budget) {
    if (path.is_whole()) return item_of(value, path, budget);
    if (!path.text()) budget.wrong("a " + kind_name(path) + " as an attribute", "a name");
    std::string_view rest = *path.text();
    for (bool more = true; more;) {
        const std::size_t dot = rest.find('.');
        const std::string_view part = rest.substr(0, dot);
        more = dot != rest.npos;
        if (more) rest.remove_prefix(dot + 1);
        std::int64_t index = 0;
        const auto [end, fault] = std::from_chars(part.data(), part.data() + part.size(), index);
        const bool is_index = fault == std::errc() && end == part.data() + part.size();
        value = item_of(value, is_index ? Value{index} : text_value(std::string(part)), budget);
    }
    return value;
}

/// Items sorted as `sort` and `min` compare them: texts without regard to capitals, unless they are asked for.
struct SortKey {
    bool has_capitals;
    Value attribute;

    Value operator()(const Value& item, Budget& budget) const {
        Value key = attribute.is<None>() ? item : attribute_path(item, attribute, budget);
        if (has_capitals || !key.text()) return key;
        return budget.text(cased(*key.text(), false, budget));
    }
};
/// A stable sort by merging, which an order that is none, such as that of NaN, leads nowhere wrong.
template <class Item, class Less>
void merge_sort(std::vector<Item>& items, const Less& is_less) {
    std::vector<Item> merged(items.size());
    for (std::size_t width = 1; width < items.size(); width *= 2) {
        for (std::size_t begin = 0; begin < items.size(); begin += 2 * width) {
            const std::size_t middle = std::min(begin + width, items.size()),
                              end = std::min(middle + width, items.size());
            for (std::size_t left = begin, right = middle, to = begin; to < end; ++to) {
                const bool takes_right = right < end && (left == middle || is_less(items[right], items[left]));
                merged[to] = std::move(items[takes_right ? right++ : left++]);
            }
        }
        items.swap(merged);
    }
}

inline std::vector<Value> sorted(const std::vector<Value>& items, const SortKey& key, bool is_reverse, Budget& budget) {
    std::vector<std::pair<Value, Value>> keyed;
    for (const Value& item : items) keyed.emplace_back(key(item, budget), item);
    merge_sort(keyed, [&](const auto& a, const auto& b) {
        return is_reverse ? less(b.first, a.first, budget) : less(a.first, b.first, budget);
    });
    std::vector<Value> result;
    for (auto& [of, item] : keyed) result.push_back(std::move(item));
    return result;
}

}  // namespace genotype::inline v0_1::jinja
