// Charts: round numbers on the axes, data where it belongs, and odd input.
#include "genotype/io/plot.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "support/temporary_folder.hpp"

using namespace genotype;

namespace {

constexpr double no_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

/// Pixels that have a series' own colour, unmixed, within columns [left, right).
int coloured(const ImageData& chart, std::size_t series, int left = 0, int right = 100000) {
    const detail::Colour colour = detail::series_colour(series);
    int count = 0;
    for (int y = 0; y < chart.height; ++y)
        for (int x = left; x < std::min(right, chart.width); ++x) {
            const std::uint8_t* pixel =
                chart.bytes.data() +
                (static_cast<std::size_t>(y) * static_cast<std::size_t>(chart.width) + static_cast<std::size_t>(x)) * 3;
            count += pixel[0] == colour.red && pixel[1] == colour.green && pixel[2] == colour.blue;
        }
    return count;
}

std::vector<std::string> texts(double low, double high, int most) {
    return detail::tick_texts(detail::Axis{low, high}.ticks(most));
}

}  // namespace

TEST_CASE("the numbers on an axis are round and few") {
    CHECK(texts(0, 10, 6) == std::vector<std::string>{"0", "2", "4", "6", "8", "10"});
    CHECK(texts(-0.13, 0.26, 5) == std::vector<std::string>{"-0.1", "0.0", "0.1", "0.2"});
    CHECK(texts(24.1, 24.35, 6) == std::vector<std::string>{"24.10", "24.15", "24.20", "24.25", "24.30", "24.35"});
    CHECK(texts(0, 2.1e6, 3) == std::vector<std::string>{"0", "1e+06", "2e+06"});
    CHECK(texts(0, 1.2e-5, 3) == std::vector<std::string>{"0", "5.0e-06", "1.0e-05"});
    CHECK(texts(1.0e-5, 1.2e-5, 4) ==
          std::vector<std::string>{"1.00e-05", "1.05e-05", "1.10e-05", "1.15e-05", "1.20e-05"});
    for (double length = 1e-12; length < 1e12; length *= 3.7) {
        const auto ticks = detail::Axis{-0.3 * length, 0.7 * length}.ticks(8);
        CAPTURE(length);
        CHECK(ticks.size() >= 3);
        CHECK(ticks.size() <= 9);
    }
}

TEST_CASE("curves are drawn where their values are") {
    const std::vector<Series> series{{"low", {0, 1}, {0, 0}}, {"high", {0, 1}, {1, 1}}};
    const ImageData chart = line_chart(series, {.title = "Title", .x_label = "x", .y_label = "y"});
    CHECK(chart.count == 1);
    CHECK(chart.height == 600);
    CHECK(chart.width == 900);
    CHECK(chart.channels == 3);
    // Mean row of each colour left of the legend: `high` lies above `low`.
    for (const std::size_t one : {0u, 1u}) CHECK(coloured(chart, one, 100, 750) > 500);
    const detail::Colour high = detail::series_colour(1);
    int first_high = -1, first_low = -1;
    for (int y = 0; y < chart.height; ++y) {
        const std::uint8_t* pixel = chart.bytes.data() + (static_cast<std::size_t>(y) * 900 + 400) * 3;
        if (first_high < 0 && pixel[0] == high.red && pixel[2] == high.blue) first_high = y;
        if (first_low < 0 && pixel[0] == detail::series_colour(0).red) first_low = y;
    }
    CHECK(first_high > 50);
    CHECK(first_low > first_high + 300);
}

TEST_CASE("a value that is no number leaves a gap") {
    const std::vector<Series> whole{{"", {0, 1, 2, 3, 4}, {1, 2, 3, 4, 5}}};
    const std::vector<Series> broken{{"", {0, 1, 2, 3, 4}, {1, 2, no_number, 4, 5}}};
    CHECK(coloured(line_chart(broken), 0) < coloured(line_chart(whole), 0) * 3 / 4);
    CHECK(coloured(line_chart(broken), 0) > 0);
    const std::vector<Series> wild{{"a", {0, 1, 2, infinity}, {1, -infinity, 1e300, 5}}, {"b", {1}, {2}}};
    CHECK(coloured(line_chart(wild), 1) > 0);
    CHECK(coloured(scatter_chart(wild), 1) > 0);
}

TEST_CASE("one point, equal values, very large and very small ones") {
    for (const double value : {0.0, 1.0, -3e38, 1e-300, 1e9 + 1}) {
        const std::vector<Series> series{{"a", {value}, {value}}};
        CAPTURE(value);
        CHECK(coloured(line_chart(series), 0, 0, 750) > 10);
        CHECK(coloured(scatter_chart(series), 0, 0, 750) == 0);  // dots are mixed with what lies below
    }
}

TEST_CASE("smoothing is the mean of the neighbours that are numbers") {
    CHECK(detail::moving_mean({1, 2, 6, 4, no_number}, 3) == std::vector<double>{1.5, 3, 4, 5, 4});
    CHECK(detail::moving_mean({1, 2}, 1) == std::vector<double>{1, 2});
    CHECK(std::isnan(detail::moving_mean({no_number}, 5)[0]));
}

TEST_CASE("many classes and long names leave room for the data") {
    std::vector<Series> series;
    for (int label = 0; label < 200; ++label)
        series.push_back({std::string(300, 'W'), {static_cast<double>(label)}, {static_cast<double>(label)}});
    const ImageData chart = scatter_chart(series, {.width = 600, .height = 400});
    CHECK(chart.width == 600);
    CHECK(coloured(chart, 0, 0, 600) > 0);
}

TEST_CASE("points are sorted by class") {
    const std::vector<double> x{1, 2, 3}, y{4, 5, 6};
    const std::vector<int> labels{2, 0, 2};
    const std::vector<std::string> names{"zero", "one"};
    const auto series = series_by_class(x, y, labels, names);
    CHECK(series.size() == 3);
    CHECK(series[0].name == "zero");
    CHECK(series[1].x.empty());
    CHECK(series[2].name == "2");
    CHECK(series[2].y == std::vector<double>{4, 6});
    CHECK(contains(error_of([&] { series_by_class(x, y, {}, names); }), "points: found 3 x, 3 y, 0 labels"));
}

TEST_CASE("what cannot be drawn is an error") {
    CHECK(contains(error_of([] { line_chart({}); }), "points: found none"));
    const std::vector<Series> nothing{{"a", {1}, {no_number}}}, uneven{{"a", {1, 2}, {1}}}, good{{"a", {1}, {1}}};
    CHECK(contains(error_of([&] { scatter_chart(nothing); }), "points: found none"));
    CHECK(contains(error_of([&] { line_chart(uneven); }), "series a: found 1 values of y, expected 2"));
    CHECK(contains(error_of([&] { line_chart(good, {.width = 10}); }), "width: found 10"));
}

TEST_CASE("every printable character has a shape") {
    for (char character = '!'; character <= '~'; ++character) {
        CAPTURE(character);
        const std::string_view rows = detail::glyph(character);
        CHECK(rows.find('#') != std::string_view::npos);
        const auto columns = static_cast<std::size_t>(detail::glyph_columns(rows));
        CHECK((rows.size() + 1) % (columns + 1) == 0);
        CHECK((rows.size() + 1) / (columns + 1) <= 9);
    }
    CHECK(detail::glyph('\x80') == detail::glyph('?'));
}
