// The shape that comes out of a model, as a type.
#pragma once

#include "genotype/model/check.hpp"

namespace genotype {
namespace detail {

template <class Net, class In>
consteval auto output_verdict() {
    constexpr Inferred out = infer<Net>(In::dims);
    if constexpr (out.fault)
        return typename detail::Verdict<out.fault, Net>::said{};
    else
        return why::no_fault<typename ShapeOf<out.dims>::type>{};
}

/// The same, and the input's shape where there is a fault that somebody else reports: one sentence is enough.
template <class Net, class In>
struct OutputOr {
    static constexpr Inferred out = infer<Net>(In::dims);
    static constexpr Dims dims = out.fault ? In::dims : out.dims;
    using type = typename ShapeOf<dims>::type;
};

}  // namespace detail

/// `OutputShape<Generator, Shape<100, 1, 1>>` is `Shape<3, 32, 32>`. An input that does not fit is an error that names
/// the layer.
template <Layer Net, ShapeType In>
using OutputShape = typename decltype(detail::output_verdict<Net, In>())::model;

namespace detail {
template <class Net>
struct InputOf {
    static constexpr Dims dims = [] {
        Dims wanted = wanted_input<Net>();
        for (int axis = 0; axis < wanted.rank; ++axis)
            if (wanted[axis] == any_dim) wanted[axis] = 1;
        return wanted;
    }();
    using type = typename ShapeOf<dims>::type;
};
}  // namespace detail

/// The sample that a model asks for: what its first layer wants, with 1 for what it leaves open. `Shape<100, 1, 1>` for
/// a generator that begins with ConvT<100, ...>, `Shape<784>` for Linear<784, ...>.
template <Layer Net>
requires(detail::wanted_input<Net>().rank != any_dim) using InputShape = typename detail::InputOf<Net>::type;

}  // namespace genotype
