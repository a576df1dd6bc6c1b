// An image to draw on: smooth lines, dots and text.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "genotype/images/images.hpp"
#include "genotype/io/font.hpp"

namespace genotype::inline v0_1::detail {

struct Colour {
    std::uint8_t red = 0, green = 0, blue = 0;
};

/// A place on the canvas, in pixels from the upper left corner.
struct Point {
    float x = 0, y = 0;
};

/// A straight stroke with round ends; a dot where both ends are one point.
struct Stroke {
    Point from, to;
};

enum class TextDirection { right, up };

class Canvas {
  public:
    Canvas(int width, int height) : image_(blank_images(1, height, width, 3)) {
        std::fill(image_.bytes.begin(), image_.bytes.end(), std::uint8_t{255});
        coverage_.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
    }

    int width() const { return image_.width; }
    int height() const { return image_.height; }
    const ImageData& image() const { return image_; }

    /// Draws strokes as one shape: where they overlap nothing is painted twice.
    void draw(const std::vector<Stroke>& strokes, float thickness, Colour colour, float opacity = 1.0f) {
        Box touched;
        for (const Stroke& stroke : strokes) cover(stroke, thickness / 2, touched);
        for (int y = touched.top; y <= touched.bottom; ++y)
            for (int x = touched.left; x <= touched.right; ++x) {
                float& covered = coverage_[at(x, y)];
                if (covered > 0) paint(at(x, y), colour, covered * opacity);
                covered = 0;
            }
    }

    /// One line through the points; a point that is not finite leaves a gap.
    void polyline(const std::vector<Point>& points, float thickness, Colour colour, float opacity = 1.0f) {
        const auto finite = [](Point point) { return std::isfinite(point.x) && std::isfinite(point.y); };
        std::vector<Stroke> strokes;
        for (std::size_t index = 0; index < points.size(); ++index) {
            if (!finite(points[index])) continue;
            const bool joined = index > 0 && finite(points[index - 1]);
            strokes.push_back({points[joined ? index - 1 : index], points[index]});
        }
        draw(strokes, thickness, colour, opacity);
    }

    void dot(Point centre, float diameter, Colour colour, float opacity = 1.0f) {
        draw({{centre, centre}}, diameter, colour, opacity);
    }

    /// Text whose first capital has its lower left corner at `start`; `pitch` is the distance of the font's dots.
    /// The dots are joined to strokes, so that letters are smooth at any size.
    void text(std::string_view words, Point start, float pitch, Colour colour,
              TextDirection direction = TextDirection::right) {
        std::vector<Stroke> strokes;
        float column = 0.5f;
        for (const char character : words) {
            const std::string_view rows = glyph(character);
            const int columns = glyph_columns(rows);
            const auto set = [&](int x, int y) {
                const auto index = static_cast<std::size_t>(y * (columns + 1) + x);
                return x >= 0 && x < columns && y >= 0 && index < rows.size() && rows[index] == '#';
            };
            const auto place = [&](int x, int y) {
                const float right = (column + static_cast<float>(x)) * pitch;
                const float up = (static_cast<float>(font_capital_rows - y) - 0.5f) * pitch;
                return direction == TextDirection::right ? Point{start.x + right, start.y - up}
                                                         : Point{start.x - up, start.y - right};
            };
            for (int y = 0; y < font_capital_rows + 2; ++y)
                for (int x = 0; x < columns; ++x) {
                    if (!set(x, y)) continue;
                    strokes.push_back({place(x, y), place(x, y)});
                    if (set(x + 1, y)) strokes.push_back({place(x, y), place(x + 1, y)});
                    if (set(x, y + 1)) strokes.push_back({place(x, y), place(x, y + 1)});
                    // Diagonals only where no corner joins the two dots already.
                    for (const int side : {-1, 1})
                        if (set(x + side, y + 1) && !set(x + side, y) && !set(x, y + 1))
                            strokes.push_back({place(x, y), place(x + side, y + 1)});
                }
            column += static_cast<float>(columns + 1);
        }
        draw(strokes, pitch * 0.95f, colour);
    }

    /// How far text reaches to the right.
    static float text_width(std::string_view words, float pitch) {
        int columns = 0;
        for (const char character : words) columns += glyph_columns(glyph(character)) + 1;
        return static_cast<float>(std::max(columns - 1, 0)) * pitch;
    }

  private:
    struct Box {
        int left = std::numeric_limits<int>::max(), top = std::numeric_limits<int>::max();
        int right = -1, bottom = -1;
    };

    std::size_t at(int x, int y) const {
        return static_cast<std::size_t>(y) * static_cast<std::size_t>(image_.width) + static_cast<std::size_t>(x);
    }

    /// Notes, for each pixel near the stroke, how much of it the stroke covers.
    void cover(const Stroke& stroke, float radius, Box& touched) {
        const auto pixel = [](float place, int most) {
            return static_cast<int>(std::clamp(place, 0.0f, static_cast<float>(most)));
        };
        const auto [low_x, high_x] = std::minmax(stroke.from.x, stroke.to.x);
        const auto [low_y, high_y] = std::minmax(stroke.from.y, stroke.to.y);
        const float reach = radius + 1;
        const int left = pixel(low_x - reach, width() - 1), right = pixel(high_x + reach, width() - 1);
        const int top = pixel(low_y - reach, height() - 1), bottom = pixel(high_y + reach, height() - 1);
        const float along_x = stroke.to.x - stroke.from.x, along_y = stroke.to.y - stroke.from.y;
        const float squared = along_x * along_x + along_y * along_y;
        for (int y = top; y <= bottom; ++y)
            for (int x = left; x <= right; ++x) {
                const float to_x = static_cast<float>(x) + 0.5f - stroke.from.x;
                const float to_y = static_cast<float>(y) + 0.5f - stroke.from.y;
                const float part =
                    squared > 0 ? std::clamp((to_x * along_x + to_y * along_y) / squared, 0.0f, 1.0f) : 0.0f;
                const float distance = std::hypot(to_x - part * along_x, to_y - part * along_y);
                float& covered = coverage_[at(x, y)];
                covered = std::max(covered, std::clamp(radius + 0.5f - distance, 0.0f, 1.0f));
            }
        touched.left = std::min(touched.left, left);
        touched.right = std::max(touched.right, right);
        touched.top = std::min(touched.top, top);
        touched.bottom = std::max(touched.bottom, bottom);
    }

    void paint(std::size_t pixel, Colour colour, float opacity) {
        const auto mix = [opacity](std::uint8_t below, std::uint8_t above) {
            const float mixed = static_cast<float>(below) * (1 - opacity) + static_cast<float>(above) * opacity;
            return static_cast<std::uint8_t>(std::lround(mixed));
        };
        std::uint8_t* bytes = image_.bytes.data() + pixel * 3;
        bytes[0] = mix(bytes[0], colour.red);
        bytes[1] = mix(bytes[1], colour.green);
        bytes[2] = mix(bytes[2], colour.blue);
    }

    ImageData image_;
    std::vector<float> coverage_;
};

}  // namespace genotype::inline v0_1::detail
