// One sort for lists of any type.
#include "genotype/files/sorted_places.hpp"

#include <doctest/doctest.h>

#include <string>

#include "genotype/io/by_name.hpp"

using namespace genotype::detail;

namespace {

struct Named {
    std::string name;
};
using Places = std::vector<std::size_t>;

}  // namespace

TEST_CASE("in order, and equal ones as they were") {
    const std::vector<int> numbers{3, 1, 2, 1, 3, 1};
    const auto sort = [&](std::size_t count) {
        return sorted_places(count,
                             [&](std::size_t left, std::size_t right) { return numbers[left] < numbers[right]; });
    };
    CHECK(sort(6) == Places{1, 3, 5, 2, 0, 4});
    CHECK(sort(1) == Places{0});
    CHECK(sort(0).empty());
    // Longer than what a sort does by insertion.
    const Places many = sorted_places(1000, [](std::size_t left, std::size_t right) { return left % 10 < right % 10; });
    for (std::size_t at = 0; at < many.size(); ++at) REQUIRE(many[at] == at % 100 * 10 + at / 100);
}

TEST_CASE("by name") {
    const std::vector<Named> list{{"b"}, {"a"}, {"b"}, {"c"}, {"b"}};
    const Places order = order_by_name(list);
    CHECK(order == Places{1, 0, 2, 4, 3});
    CHECK(find_by_name(list, order, "b") == &list[0]);
    CHECK(find_by_name(list, order, "c") == &list[3]);
    CHECK(find_by_name(list, order, "bb") == nullptr);
    CHECK(places_of_name(list, order, "b").size() == 2);
    CHECK(places_of_name(list, order, "a").size() == 1);
    CHECK(places_of_name(list, order, "d").empty());
}

TEST_CASE("a list of names") {
    NameList names;
    CHECK(names.count("a") == 0);
    for (const char* name : {"b", "a", "b", "c", "b"}) names.add(name);
    names.sort();
    CHECK(names.count("a") == 1);
    CHECK(names.count("b") == 2);
    CHECK(names.count("d") == 0);
}
