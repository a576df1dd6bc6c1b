// One axis of a chart: its limits and its round numbers.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>
#include <string>
#include <vector>

namespace genotype::inline v0_1::detail {

/// The smallest number of the form 1, 2 or 5 times a power of ten that is not below `least`.
inline double round_step(double least) {
    const double power = std::pow(10.0, std::floor(std::log10(least)));
    for (const double factor : {1.0, 2.0, 5.0})
        if (factor * power >= least * (1 - 1e-9)) return factor * power;
    return 10.0 * power;
}

/// Neither infinite, nor not a number, nor so large that differences overflow.
inline bool drawable(double value) {
    return std::abs(value) < 1e100;
}

struct Axis {
    double low = std::numeric_limits<double>::infinity();
    double high = -std::numeric_limits<double>::infinity();

    bool empty() const { return low > high; }

    void include(double value) {
        low = std::min(low, value);
        high = std::max(high, value);
    }

    /// Room on both sides, as a part of the length; one value alone gets an axis of some length around it.
    void widen(double part) {
        if (high - low <= 1e-9 * std::max(std::abs(low), std::abs(high))) {
            const double half = std::abs(low) > 1e-100 ? std::abs(low) * 0.1 : 1.0;
            low -= half;
            high += half;
        }
        const double room = (high - low) * part;
        low -= room;
        high += room;
    }

    /// Where a value lies, 0 at the low end and 1 at the high end.
    double place(double value) const { return (value - low) / (high - low); }

    /// Round numbers within the limits, at most `most` of them.
    std::vector<double> ticks(int most) const {
        const double step = round_step((high - low) / most);
        std::vector<double> values;
        for (double index = std::ceil(low / step - 1e-9); index * step <= high + step * 1e-9; ++index)
            values.push_back(index == 0 ? 0.0 : index * step);
        return values;
    }
};

/// Numbers with as many decimals as their distance asks for; very large and very small ones with a power of ten.
inline std::vector<std::string> tick_texts(const std::vector<double>& ticks) {
    std::vector<std::string> texts;
    const double step = ticks.size() > 1 ? ticks[1] - ticks[0] : 1.0;
    const double largest = ticks.empty() ? 0.0 : std::max(std::abs(ticks.front()), std::abs(ticks.back()));
    const int decimals = std::max(0, static_cast<int>(-std::floor(std::log10(step) + 1e-9)));
    const bool power = largest >= 1e6 || decimals > 4;
    // The digits that tell neighbours apart, counted from the largest number's first.
    const int digits = std::max(0, static_cast<int>(std::floor(std::log10(std::max(largest, step)) + 1e-9) -
                                                    std::floor(std::log10(step) + 1e-9)));
    for (const double tick : ticks) {
        std::array<char, 64> text;
        if (power && tick != 0)
            std::snprintf(text.data(), text.size(), "%.*e", digits, tick);
        else
            std::snprintf(text.data(), text.size(), "%.*f", power ? 0 : decimals, tick);
        texts.push_back(std::string(text.data()));
    }
    return texts;
}

}  // namespace genotype::inline v0_1::detail
