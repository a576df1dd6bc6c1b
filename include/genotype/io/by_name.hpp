// Things with names, found by them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <string_view>
#include <tuple>
#include <vector>

namespace genotype::detail {

/// The places of a list's things, sorted by `name`; those of one name stay in the list's order.
template <class Named>
std::vector<std::size_t> order_by_name(const std::vector<Named>& list) {
    std::vector<std::size_t> order(list.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t left, std::size_t right) {
        return std::tie(list[left].name, left) < std::tie(list[right].name, right);
    });
    return order;
}

/// The first thing of this name, or null.
template <class Named>
const Named* find_by_name(const std::vector<Named>& list, const std::vector<std::size_t>& order,
                          std::string_view wanted) {
    const auto at = std::lower_bound(order.begin(), order.end(), wanted,
                                     [&](std::size_t index, std::string_view word) { return list[index].name < word; });
    return at != order.end() && list[*at].name == wanted ? &list[*at] : nullptr;
}

}  // namespace genotype::detail
