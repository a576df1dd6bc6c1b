// The functions that an elementwise functor calls: for one float here, for a device's vectors beside their type.
#pragma once

#include <cmath>

namespace genotype::inline v0_1 {

// A functor's operator() is a template on its value type V: float, or a vector of floats. It writes constants as
// V(0.5f), branches as select(condition, yes, no), and calls every function unqualified. A functor that lives outside
// of this namespace says `using namespace genotype;` first.
//
//     struct Cube {
//         template <class V>
//         constexpr V operator()(V x) const { return x * x * x; }
//     };

using std::abs;
using std::erf;
using std::erfc;
using std::exp;
using std::expm1;
using std::floor;
using std::fma;
using std::log;
using std::log1p;
using std::sqrt;
using std::tanh;

constexpr float select(bool condition, float yes, float no) {
    return condition ? yes : no;
}
constexpr float min(float left, float right) {
    return right < left ? right : left;
}
constexpr float max(float left, float right) {
    return left < right ? right : left;
}

/// The larger of the two, and NaN where x is NaN, which max() does not promise.
template <class V>
constexpr V at_least(V bound, V x) {
    return select(x < bound, bound, x);
}

namespace kernels {

/// What sigmoids are made of. A device may have quicker forms for its vectors, which give the same bits.
template <class V>
struct SigmoidParts {
    /// exp(-|x|).
    static constexpr V decay(V x) { return exp(-abs(x)); }
    /// decay / whole, where whole is 1 + decay, and inverse 1 / whole.
    static constexpr V share(V decay, V whole, V) { return decay / whole; }
};

}  // namespace kernels

/// 1 / (1 + exp(-x)), never out of an overflow. PyTorch: torch.sigmoid.
template <class V>
constexpr V sigmoid(V x) {
    const V e = kernels::SigmoidParts<V>::decay(x);
    return select(x >= V(0.f), V(1.f), e) / (V(1.f) + e);
}

/// sigmoid(x) and sigmoid(-x), which is 1 - sigmoid(x) without a loss of digits.
template <class V>
struct Sigmoids {
    V of, of_opposite;
};
template <class V>
constexpr Sigmoids<V> sigmoids(V x) {
    using Parts = kernels::SigmoidParts<V>;
    const V e = Parts::decay(x), one(1.f), whole = one + e;
    const V larger = one / whole, smaller = Parts::share(e, whole, larger);
    return {select(x >= V(0.f), larger, smaller), select(x >= V(0.f), smaller, larger)};
}

/// log(1 + exp(x)), never out of an overflow. PyTorch: torch.nn.functional.softplus without its threshold.
template <class V>
constexpr V softplus(V x) {
    return max(x, V(0.f)) + log1p(kernels::SigmoidParts<V>::decay(x));
}

}  // namespace genotype::inline v0_1
