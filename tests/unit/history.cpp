// The table of a training's losses.
#include "genotype/training/history.hpp"

#include <doctest/doctest.h>

#include "support/temporary_folder.hpp"

using genotype::History;

TEST_CASE("rows and columns") {
    History history({"discriminator", "generator"});
    CHECK(history.rows() == 0);
    CHECK(history.column(1).empty());
    for (int step = 0; step < 1000; ++step) history.add({static_cast<float>(step), -1.5f});
    CHECK(history.rows() == 1000);
    CHECK(history.row(999)[0] == 999);
    CHECK(history.row(999)[1] == -1.5f);
    CHECK(history.column(0)[17] == 17);
    CHECK(history.column(1).size() == 1000);
    history.replace({1, 2, 3, 4});
    CHECK(history.rows() == 2);
    CHECK(history.column(1) == std::vector<double>{2, 4});
}

TEST_CASE("what is no table") {
    CHECK(contains(error_of([] { History({}); }), "columns: found none"));
    CHECK(contains(error_of([] { History({"a,b"}); }), "column: found a,b"));
    History history({"one", "two"});
    CHECK(contains(error_of([&] { history.add({1, 2, 3}); }), "row: found 3 values, expected 2"));
    CHECK(contains(error_of([&] { history.replace({1, 2, 3}); }), "values: found 3, expected a multiple of 2"));
    CHECK(history.rows() == 0);
}
