// Draws a chart from a description on standard input into a PNG file: `chart FILE < description`. Its lines, with tabs
// between words: "lines" or "bars", "title T", "x LABEL", "y LABEL"; then for each curve "series NAME" and its points
// "X Y", or for each bar "bar NAME VALUE..." whose parts are named by one line "parts NAME...".
#include <algorithm>
#include <cstdio>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "genotype/images/png.hpp"
#include "genotype/io/plot.hpp"

using namespace genotype;

namespace {

struct Bar {
    std::string name;
    std::vector<double> parts;

    double length() const {
        double sum = 0;
        for (const double part : parts) sum += part;
        return sum;
    }
};

struct Description {
    bool bars = false;
    ChartOptions options;
    std::vector<Series> series;
    std::vector<std::string> parts;
    std::vector<Bar> bar_list;
};

std::vector<std::string> words_of(const std::string& line) {
    std::vector<std::string> words;
    std::istringstream stream(line);
    for (std::string word; std::getline(stream, word, '\t');) words.push_back(word);
    return words;
}

Description read(std::istream& input) {
    Description description;
    for (std::string line; std::getline(input, line);) {
        const std::vector<std::string> words = words_of(line);
        if (words.empty()) continue;
        const std::string& kind = words[0];
        if (kind == "bars" || kind == "lines") {
            description.bars = kind == "bars";
        } else if (kind == "parts") {
            description.parts.assign(words.begin() + 1, words.end());
        } else if (words.size() < 2) {
            fail("chart", "line", line, "two words or more with tabs between them");
        } else if (kind == "title") {
            description.options.title = words[1];
        } else if (kind == "x") {
            description.options.x_label = words[1];
        } else if (kind == "y") {
            description.options.y_label = words[1];
        } else if (kind == "series") {
            description.series.push_back({words[1], {}, {}});
        } else if (kind == "bar") {
            Bar bar{words[1], {}};
            for (std::size_t i = 2; i < words.size(); ++i) bar.parts.push_back(std::stod(words[i]));
            description.bar_list.push_back(std::move(bar));
        } else {
            if (description.series.empty()) fail("chart", "point", line, "a line \"series\" before it");
            description.series.back().x.push_back(std::stod(kind));
            description.series.back().y.push_back(std::stod(words[1]));
        }
    }
    return description;
}

/// Horizontal bars, each of coloured parts, with its whole length written behind it.
ImageData bar_chart(const Description& description) {
    constexpr int width = 1200, row = 26, top = 100;
    constexpr float pitch = 1.7f;
    double longest = 0;
    float left = 0;
    for (const Bar& bar : description.bar_list) {
        longest = std::max(longest, bar.length());
        left = std::max(left, detail::Canvas::text_width(bar.name, pitch));
    }
    left += 30;
    const float scale = longest > 0 ? (width - left - 110) / static_cast<float>(longest) : 0;
    detail::Canvas canvas(width, top + row * static_cast<int>(description.bar_list.size()) + 20);
    canvas.text(description.options.title, {15, 40}, 2.4f, detail::ink);
    float at = left;
    for (std::size_t part = 0; part < description.parts.size(); ++part) {
        canvas.draw({{{at, 70}, {at + 14, 70}}}, 12, detail::series_colour(part));
        canvas.text(description.parts[part], {at + 30, 76}, pitch, detail::ink);
        at += detail::Canvas::text_width(description.parts[part], pitch) + 60;
    }
    float y = top + row / 2;
    for (const Bar& bar : description.bar_list) {
        canvas.text(bar.name, {15, y + 3.5f * pitch}, pitch, detail::ink);
        float x = left;
        for (std::size_t part = 0; part < bar.parts.size(); ++part) {
            const float end = x + static_cast<float>(bar.parts[part]) * scale;
            // Lines beside one another, because a stroke has round ends.
            for (float line = -7; end - x > 0.2f && line <= 7; line += 1)
                canvas.draw({{{x, y + line}, {end, y + line}}}, 1.2f, detail::series_colour(part));
            x = end;
        }
        char text[32];
        std::snprintf(text, sizeof text, "%.3g", bar.length());
        canvas.text(text, {x + 10, y + 3.5f * pitch}, pitch, detail::ink);
        y += row;
    }
    return canvas.image();
}

}  // namespace

int main(int argc, char** argv) {
    try {
        if (argc != 2) fail("chart", "arguments", std::to_string(argc - 1), "the name of a PNG file");
        const Description description = read(std::cin);
        save_png(description.bars ? bar_chart(description) : line_chart(description.series, description.options),
                 argv[1]);
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "error: %s\n", error.what());
        return 1;
    }
}
