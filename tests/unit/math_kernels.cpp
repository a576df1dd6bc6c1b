// The functions that functors call, against long double, in units of the last place.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "genotype/kernels/cpu/elementwise.hpp"
#include "genotype/kernels/reference/elementwise.hpp"

using namespace genotype;

namespace {

#define FUNCTION(Name, call)                \
    struct Name {                           \
        template <class V>                  \
        constexpr V operator()(V x) const { \
            return call(x);                 \
        }                                   \
    };
FUNCTION(Exp, exp)
FUNCTION(Expm1, expm1)
FUNCTION(Log, log)
FUNCTION(Log1p, log1p)
FUNCTION(HyperbolicTangent, tanh)
FUNCTION(Erf, erf)
FUNCTION(Erfc, erfc)
FUNCTION(SquareRoot, sqrt)
FUNCTION(Logistic, sigmoid)
FUNCTION(SoftRectifier, softplus)
#undef FUNCTION

// Both sigmoids by what they are, without the device's own parts.
struct LogisticFormula {
    template <class V>
    constexpr V operator()(V x) const {
        const V e = exp(-abs(x));
        return select(x >= V(0.f), V(1.f), e) / (V(1.f) + e);
    }
};
struct Opposite {
    template <class V>
    constexpr V operator()(V x) const {
        return sigmoids(x).of_opposite;
    }
};
struct OppositeFormula {
    template <class V>
    constexpr V operator()(V x) const {
        return LogisticFormula{}(-x);
    }
};

struct AtLeastTwo {
    template <class V>
    constexpr V operator()(V x) const {
        return at_least(V(2.f), x);
    }
};

/// The largest error of f over [low, high] in units of the last place of the true value.
template <class Device, class F>
double largest_error(F f, long double (*truth)(long double), float low, float high) {
    constexpr long n = 20'011;
    std::vector<float> x(n), y(n);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = low + (high - low) * (static_cast<float>(i) / (n - 1));
    map(Device{}, n, f, y.data(), x.data());
    double largest = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const long double right = truth(static_cast<long double>(x[i]));
        const float rounded = std::abs(static_cast<float>(right));
        const double place = std::nextafter(rounded, std::numeric_limits<float>::infinity()) - rounded;
        const double error = static_cast<double>(std::abs(y[i] - right)) / place;
        largest = std::max(largest, error);
        if (std::isnan(error)) return error;
    }
    return largest;
}

long double logistic(long double x) {
    return 1 / (1 + std::exp(-x));
}
long double soft_rectifier(long double x) {
    return std::log1p(std::exp(x));
}
template <class Device, class F>
float at(F f, float x) {
    float y = 0;
    map(Device{}, 1, f, &y, &x);
    return y;
}

}  // namespace

TEST_CASE_TEMPLATE("Functions are right to a few units of the last place", Device, Cpu, Reference) {
    CHECK(largest_error<Device>(Exp{}, std::exp, -87.3f, 88.3f) < 2);
    CHECK(largest_error<Device>(Exp{}, std::exp, -1, 1) < 2);
    CHECK(largest_error<Device>(Expm1{}, std::expm1, -20, 20) < 2.5);
    CHECK(largest_error<Device>(Expm1{}, std::expm1, -0.01f, 0.01f) < 2);
    CHECK(largest_error<Device>(Log{}, std::log, 1e-6f, 10) < 1);
    CHECK(largest_error<Device>(Log{}, std::log, 0.9f, 1.1f) < 1);
    CHECK(largest_error<Device>(Log{}, std::log, 1e20f, 1e38f) < 1);
    CHECK(largest_error<Device>(Log1p{}, std::log1p, -0.999f, 10) < 2);
    CHECK(largest_error<Device>(Log1p{}, std::log1p, -1e-3f, 1e-3f) < 1);
    CHECK(largest_error<Device>(HyperbolicTangent{}, std::tanh, -10, 10) < 3);
    CHECK(largest_error<Device>(HyperbolicTangent{}, std::tanh, -0.7f, 0.7f) < 3);
    CHECK(largest_error<Device>(Erf{}, std::erf, -4, 4) < 3);
    CHECK(largest_error<Device>(Erfc{}, std::erfc, -4, 2) < 8);
    CHECK(largest_error<Device>(Erfc{}, std::erfc, 2, 8) < 80);
    CHECK(largest_error<Device>(SquareRoot{}, std::sqrt, 0, 1000) <= 0.5);
    CHECK(largest_error<Device>(Logistic{}, logistic, -20, 20) < 3);
    CHECK(largest_error<Device>(Logistic{}, logistic, -85, -20) < 3);
    CHECK(largest_error<Device>(SoftRectifier{}, soft_rectifier, -20, 20) < 3);
}

TEST_CASE_TEMPLATE("a device's own parts of sigmoids give the bits of the formula", Device, Cpu, Reference) {
    std::vector<float> x;
    for (const float size : {1e-30f, 1e-3f, 1.f, 20.f, 90.f, 1e4f})
        for (int i = -2000; i <= 2000; ++i) x.push_back(size * static_cast<float>(i) / 2000);
    x.push_back(-std::numeric_limits<float>::infinity());
    x.push_back(std::numeric_limits<float>::infinity());
    const auto apply = [&](auto f) {
        std::vector<float> y(x.size());
        map(Device{}, static_cast<long>(x.size()), f, y.data(), x.data());
        return y;
    };
    CHECK(apply(Logistic{}) == apply(LogisticFormula{}));
    CHECK(apply(Opposite{}) == apply(OppositeFormula{}));
}

TEST_CASE_TEMPLATE("The ends of the number line", Device, Cpu, Reference) {
    constexpr float infinity = std::numeric_limits<float>::infinity();
    const float nan = std::numeric_limits<float>::quiet_NaN();
    CHECK(at<Device>(Exp{}, -infinity) == 0);
    CHECK(at<Device>(Exp{}, -1000) == 0);
    CHECK(at<Device>(Exp{}, 1000) == infinity);
    CHECK(at<Device>(Expm1{}, -1000) == -1);
    CHECK(at<Device>(Expm1{}, 0) == 0);
    CHECK(at<Device>(Log{}, 0) == -infinity);
    CHECK(at<Device>(Log1p{}, -1) == -infinity);
    CHECK(std::isnan(at<Device>(Log{}, -1)));
    CHECK(at<Device>(HyperbolicTangent{}, infinity) == 1);
    CHECK(at<Device>(HyperbolicTangent{}, -1e30f) == -1);
    CHECK(at<Device>(Erf{}, infinity) == 1);
    CHECK(at<Device>(Erfc{}, -1e30f) == 2);
    CHECK(at<Device>(Logistic{}, -1000) == 0);
    CHECK(at<Device>(Logistic{}, 1000) == 1);
    CHECK(at<Device>(Logistic{}, 0) == 0.5f);
    CHECK(at<Device>(SoftRectifier{}, 1000) == 1000);
    CHECK(at<Device>(SoftRectifier{}, -1000) == 0);
    CHECK(at<Device>(AtLeastTwo{}, 1) == 2);
    CHECK(at<Device>(AtLeastTwo{}, 3) == 3);
    CHECK(std::isnan(at<Device>(AtLeastTwo{}, nan)));
    CHECK(std::isnan(at<Device>(Exp{}, nan)));
    CHECK(std::isnan(at<Device>(HyperbolicTangent{}, nan)));
    CHECK(std::isnan(at<Device>(Logistic{}, nan)));
    CHECK(std::isnan(at<Device>(SoftRectifier{}, nan)));
}
