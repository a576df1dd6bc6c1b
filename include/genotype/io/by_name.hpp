// Things with names, found by them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "genotype/files/sorted_places.hpp"

namespace genotype::inline v0_1::detail {

/// The places of a list's things, sorted by `name`; those of one name stay in the list's order.
template <class Named>
[[gnu::cold]] std::vector<std::size_t> order_by_name(const std::vector<Named>& list) {
    return sorted_places(list.size(),
                         [&](std::size_t left, std::size_t right) { return list[left].name < list[right].name; });
}

/// Where in `order` the things of this name are: none, one, or the first two.
template <class Named>
[[gnu::cold]] std::span<const std::size_t> places_of_name(const std::vector<Named>& list,
                                                          const std::vector<std::size_t>& order,
                                                          std::string_view wanted) {
    const auto first =
        std::lower_bound(order.begin(), order.end(), wanted,
                         [&](std::size_t index, std::string_view word) { return list[index].name < word; });
    auto end = first;
    while (end - first < 2 && end != order.end() && list[*end].name == wanted) ++end;
    return {first, end};
}

/// The first thing of this name, or null.
template <class Named>
[[gnu::cold]] const Named* find_by_name(const std::vector<Named>& list, const std::vector<std::size_t>& order,
                                        std::string_view wanted) {
    const auto places = places_of_name(list, order, wanted);
    return places.empty() ? nullptr : &list[places.front()];
}

/// Names to ask after, once all are there and `sort` was called.
class NameList {
  public:
    void add(std::string_view name) { names_.push_back(name); }
    [[gnu::cold]] void sort() {
        const std::vector<std::string_view> before = names_;
        const auto order = sorted_places(
            before.size(), [&](std::size_t left, std::size_t right) { return before[left] < before[right]; });
        for (std::size_t place = 0; place < order.size(); ++place) names_[place] = before[order[place]];
    }
    /// How often it is there: 0, 1, or 2 for more.
    [[gnu::cold]] int count(std::string_view name) const {
        auto at = std::lower_bound(names_.begin(), names_.end(), name);
        int found = 0;
        for (; found < 2 && at != names_.end() && *at == name; ++at) ++found;
        return found;
    }

  private:
    std::vector<std::string_view> names_;
};

}  // namespace genotype::inline v0_1::detail
