// The shape that comes out of a model, as a type.
#pragma once

#include "genotype/model/check.hpp"

namespace genotype {
namespace detail {

template <class Net, class In>
struct OutputVerdict : Verdict<infer<Net>(In::dims).fault, Net> {
    static constexpr Dims dims = infer<Net>(In::dims).dims;
};

template <class Verdict, class Right>
struct OutputOf {
    using type = typename ShapeOf<Verdict::dims>::type;
};

}  // namespace detail

/// `OutputShape<Generator, Shape<100, 1, 1>>` is `Shape<3, 32, 32>`. An input that does not fit is an error that names
/// the layer.
template <Layer Net, ShapeType In>
using OutputShape = typename detail::OutputOf<detail::OutputVerdict<Net, In>,
                                              ModelOf<typename detail::OutputVerdict<Net, In>::said>>::type;

namespace detail {
template <class Net>
struct InputOf {
    static constexpr Dims dims = [] {
        Dims wanted = wanted_input<Net>();
        for (int axis = 0; axis < wanted.rank; ++axis)
            if (wanted[axis] == any) wanted[axis] = 1;
        return wanted;
    }();
    using type = typename ShapeOf<dims>::type;
};
}  // namespace detail

/// The sample that a model asks for: what its first layer wants, with 1 for what it leaves open. `Shape<100, 1, 1>` for a
/// generator that begins with ConvT<100, ...>, `Shape<784>` for Linear<784, ...>.
template <Layer Net>
    requires(detail::wanted_input<Net>().rank != any)
using InputShape = typename detail::InputOf<Net>::type;

}  // namespace genotype
