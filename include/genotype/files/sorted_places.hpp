// One sort for lists of any type.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace genotype::inline v0_1::detail {

/// Whether one thing of a list, by its place, comes before another.
struct PlaceOrder {
    const void* less;
    bool (*call)(const void* less, std::size_t left, std::size_t right);

    bool operator()(std::size_t left, std::size_t right) const { return call(less, left, right); }
};

[[gnu::cold, gnu::noinline]] inline std::vector<std::size_t> sort_places(std::size_t count, PlaceOrder before) {
    std::vector<std::size_t> places(count);
    for (std::size_t place = 0; place < count; ++place) places[place] = place;
    std::sort(places.begin(), places.end(), [before](std::size_t left, std::size_t right) {
        return before(left, right) || (left < right && !before(right, left));
    });
    return places;
}

/// The places of a list's `count` things, sorted by less(place, place); equal things stay in the list's order. (The
/// standard library's sort would be compiled anew for every type, at a tenth of a second each.)
template <class Less>
[[gnu::cold]] std::vector<std::size_t> sorted_places(std::size_t count, const Less& less) {
    return sort_places(count, {&less, [](const void* order, std::size_t left, std::size_t right) -> bool {
                                   return (*static_cast<const Less*>(order))(left, right);
                               }});
}

}  // namespace genotype::inline v0_1::detail
