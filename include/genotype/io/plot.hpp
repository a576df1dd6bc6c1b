// Charts as images: curves of a training, points coloured by class.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "genotype/images/images.hpp"
#include "genotype/io/axis.hpp"
#include "genotype/io/canvas.hpp"
#include "genotype/shape/error.hpp"

namespace genotype::inline v0_1 {

/// A curve, or the points of one class. Values that are not finite are left out, and leave a gap in a curve.
struct Series {
    std::string name;
    std::vector<double> x, y;
};

/// A chart's words and how its curves are drawn.
struct ChartOptions {
    std::string title = {};
    std::string x_label = {};
    std::string y_label = {};
    int width = 900;
    int height = 600;
    /// Curves only: draw the mean over this many neighbouring points, and the points themselves pale behind it.
    int smooth = 1;
};

namespace detail {

inline constexpr Colour ink{40, 44, 52}, faint{225, 228, 232};

/// Ten colours that are easily told apart; an eleventh series begins again.
inline Colour series_colour(std::size_t index) {
    constexpr std::array<Colour, 10> colours = {{{31, 119, 180},
                                                 {255, 127, 14},
                                                 {44, 160, 44},
                                                 {214, 39, 40},
                                                 {148, 103, 189},
                                                 {140, 86, 75},
                                                 {227, 119, 194},
                                                 {110, 110, 110},
                                                 {188, 189, 34},
                                                 {23, 190, 207}}};
    return colours[index % colours.size()];
}

/// The frame around the data: title, axes with their numbers, legend. It maps values to places.
class Chart {
  public:
    Chart(std::span<const Series> series, const ChartOptions& options)
        : canvas_(checked(options.width, "width"), checked(options.height, "height")) {
        for (const Series& one : series) {
            if (one.x.size() != one.y.size())
                fail("chart", concat("series ", one.name), concat(one.y.size(), " values of y"),
                     concat(one.x.size(), ", as many as of x"));
            for (std::size_t point = 0; point < one.x.size(); ++point) {
                if (!drawable(one.x[point]) || !drawable(one.y[point])) continue;
                across_.include(one.x[point]);
                up_.include(one.y[point]);
            }
        }
        if (across_.empty()) fail("chart", "points", "none that can be drawn", "at least one");
    }

    /// Settles the limits and draws everything but the data.
    void frame(std::span<const Series> series, const ChartOptions& options, double room_across, double room_up) {
        across_.widen(room_across);
        up_.widen(room_up);
        const std::vector<double> y_ticks = up_.ticks(options.height / 75);
        const std::vector<std::string> y_texts = tick_texts(y_ticks);
        float widest = 0, legend = 0;
        for (const std::string& text : y_texts) widest = std::max(widest, Canvas::text_width(text, small));
        for (const std::string& line : legend_lines(series, options.height))
            legend = std::max(legend, Canvas::text_width(line, small));
        left_ = (options.y_label.empty() ? 20.0f : 50.0f) + widest;
        right_ = static_cast<float>(options.width) - (legend > 0 ? legend + 70.0f : 25.0f);
        top_ = options.title.empty() ? 25.0f : 60.0f;
        bottom_ = static_cast<float>(options.height) - (options.x_label.empty() ? 40.0f : 72.0f);

        for (std::size_t tick = 0; tick < y_ticks.size(); ++tick) {
            const float y = std::round(place({across_.low, y_ticks[tick]}).y) + 0.5f;
            canvas_.draw({{{left_, y}, {right_, y}}}, 1.0f, faint);
            canvas_.text(y_texts[tick], {left_ - 10 - Canvas::text_width(y_texts[tick], small), y + 3.5f * small},
                         small, ink);
        }
        const std::vector<double> x_ticks = across_.ticks(options.width / 110);
        const std::vector<std::string> x_texts = tick_texts(x_ticks);
        for (std::size_t tick = 0; tick < x_ticks.size(); ++tick) {
            const float x = std::round(place({x_ticks[tick], up_.low}).x) + 0.5f;
            canvas_.draw({{{x, top_}, {x, bottom_}}}, 1.0f, faint);
            canvas_.text(x_texts[tick], {x - Canvas::text_width(x_texts[tick], small) / 2, bottom_ + 10 + 7 * small},
                         small, ink);
        }
        const float x = std::round(left_) + 0.5f, y = std::round(bottom_) + 0.5f;
        canvas_.draw({{{x, top_}, {x, y}}, {{x, y}, {right_, y}}}, 1.4f, ink);
        const float middle = (left_ + right_) / 2;
        canvas_.text(options.title, {middle - Canvas::text_width(options.title, large) / 2, 40}, large, ink);
        canvas_.text(
            options.x_label,
            {middle - Canvas::text_width(options.x_label, medium) / 2, static_cast<float>(options.height) - 18}, medium,
            ink);
        canvas_.text(options.y_label, {30, (top_ + bottom_ + Canvas::text_width(options.y_label, medium)) / 2}, medium,
                     ink, TextDirection::up);
        float line = top_ + 14;
        std::size_t index = 0;
        for (const std::string& text : legend_lines(series, options.height)) {
            if (index < series.size() && legend > 0)
                canvas_.draw({{{right_ + 22, line}, {right_ + 38, line}}}, 6.0f, series_colour(index++));
            canvas_.text(text, {right_ + 50, line + 3.5f * small}, small, ink);
            line += legend_pitch;
        }
    }

    struct Value {
        double x, y;
    };

    Point place(Value value) const {
        return {left_ + static_cast<float>(across_.place(value.x)) * (right_ - left_),
                bottom_ - static_cast<float>(up_.place(value.y)) * (bottom_ - top_)};
    }

    Canvas& canvas() { return canvas_; }

  private:
    static constexpr float small = 1.7f, medium = 1.9f, large = 2.4f;
    static constexpr int legend_pitch = 26;

    /// The names, cut where they are long, and only as many as the height has room for.
    static std::vector<std::string> legend_lines(std::span<const Series> series, int height) {
        constexpr std::size_t longest = 22;
        const auto room = static_cast<std::size_t>((height - 140) / legend_pitch);
        std::vector<std::string> lines;
        for (const Series& one : series) {
            if (lines.size() + 1 == room && series.size() > room) {
                lines.push_back("and " + std::to_string(series.size() - lines.size()) + " more");
                break;
            }
            lines.push_back(one.name.size() > longest ? one.name.substr(0, longest - 2) + ".." : one.name);
        }
        return lines;
    }

    static int checked(int size, const std::string& field) {
        if (size < 400 || size > 10000) fail("chart", field, size, "400 to 10000 pixels");
        return size;
    }

    Canvas canvas_;
    Axis across_, up_;
    float left_ = 0, right_ = 0, top_ = 0, bottom_ = 0;
};

/// The mean of the finite values within `window` neighbours, centred; the ends use what there is.
inline std::vector<double> moving_mean(const std::vector<double>& values, int window) {
    std::vector<double> means(values.size());
    const auto half = static_cast<std::size_t>(std::max(window, 1) / 2);
    for (std::size_t centre = 0; centre < values.size(); ++centre) {
        double sum = 0;
        int count = 0;
        for (std::size_t index = centre - std::min(half, centre); index < std::min(centre + half + 1, values.size());
             ++index)
            if (drawable(values[index])) {
                sum += values[index];
                ++count;
            }
        means[centre] = count > 0 ? sum / count : std::numeric_limits<double>::quiet_NaN();
    }
    return means;
}

}  // namespace detail

/// A curve for each series: losses over epochs or steps. Write it with `save_png`.
inline ImageData line_chart(std::span<const Series> series, const ChartOptions& options = {}) {
    detail::Chart chart(series, options);
    chart.frame(series, options, 0.015, 0.04);
    const auto curve = [&](const std::vector<double>& x, const std::vector<double>& y) {
        std::vector<detail::Point> points;
        for (std::size_t index = 0; index < x.size(); ++index) {
            constexpr float gap = std::numeric_limits<float>::quiet_NaN();
            const bool there = detail::drawable(x[index]) && detail::drawable(y[index]);
            points.push_back(there ? chart.place({x[index], y[index]}) : detail::Point{gap, gap});
        }
        return points;
    };
    if (options.smooth > 1)
        for (std::size_t index = 0; index < series.size(); ++index)
            chart.canvas().polyline(curve(series[index].x, series[index].y), 1.0f, detail::series_colour(index), 0.25f);
    for (std::size_t index = 0; index < series.size(); ++index) {
        const std::vector<double> heights = detail::moving_mean(series[index].y, options.smooth);
        const std::vector<detail::Point> points = curve(series[index].x, heights);
        chart.canvas().polyline(points, 2.4f, detail::series_colour(index));
        constexpr std::size_t few = 30;  // so few that each deserves to be seen
        if (points.size() <= few)
            for (const detail::Point& point : points)
                if (std::isfinite(point.x)) chart.canvas().dot(point, 7.0f, detail::series_colour(index));
    }
    return chart.canvas().image();
}

/// A dot for each point, coloured by series. Points of all series are drawn in turn, so that none hides the others.
inline ImageData scatter_chart(std::span<const Series> series, const ChartOptions& options = {}) {
    detail::Chart chart(series, options);
    chart.frame(series, options, 0.03, 0.03);
    std::size_t total = 0, longest = 0;
    for (const Series& one : series) {
        total += one.x.size();
        longest = std::max(longest, one.x.size());
    }
    const float diameter = total > 2000 ? 4.0f : total > 300 ? 5.5f : 8.0f;
    const float opacity = total > 2000 ? 0.6f : 0.8f;
    for (std::size_t point = 0; point < longest; ++point)
        for (std::size_t index = 0; index < series.size(); ++index) {
            const Series& one = series[index];
            if (point < one.x.size() && detail::drawable(one.x[point]) && detail::drawable(one.y[point]))
                chart.canvas().dot(chart.place({one.x[point], one.y[point]}), diameter, detail::series_colour(index),
                                   opacity);
        }
    return chart.canvas().image();
}

/// Points sorted into one series a class, named after it (or numbered where there are no names).
inline std::vector<Series> series_by_class(std::span<const double> x, std::span<const double> y,
                                           std::span<const int> labels, std::span<const std::string> class_names) {
    if (x.size() != y.size() || x.size() != labels.size())
        fail("chart", "points", detail::concat(x.size(), " x, ", y.size(), " y, ", labels.size(), " labels"),
             "equal numbers");
    std::vector<Series> series(class_names.size());
    for (std::size_t point = 0; point < x.size(); ++point) {
        if (labels[point] < 0) fail("chart", "label", labels[point], "0 or more");
        const auto label = static_cast<std::size_t>(labels[point]);
        if (label >= series.size()) series.resize(label + 1);
        series[label].x.push_back(x[point]);
        series[label].y.push_back(y[point]);
    }
    for (std::size_t label = 0; label < series.size(); ++label)
        series[label].name = label < class_names.size() ? class_names[label] : std::to_string(label);
    return series;
}

}  // namespace genotype::inline v0_1
