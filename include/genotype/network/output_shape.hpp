// The shape that comes out of a model, as a type.
#pragma once

#include "genotype/network/check.hpp"

namespace genotype::inline v0_1 {
namespace detail {

/// The first name that is neither bound nor an input.
template <class N>
struct FirstUnbound {
    using type = void;
};
template <class First, class... Rest>
struct FirstUnbound<Names<First, Rest...>> {
    static constexpr bool is_input = requires { typename First::shape; };
    using type = typename std::conditional_t<is_input, FirstUnbound<Names<Rest...>>, std::type_identity<First>>::type;
};

template <class Net, class In>
consteval auto output_verdict() {
    constexpr Inferred out = infer<Net>(In::dims);
    using Unbound = typename FirstUnbound<ReadNames<Net>>::type;
    if constexpr (out.fault)
        return typename detail::Verdict<out.fault, Net>::said{};
    else if constexpr (!std::is_void_v<Unbound>)
        return why::no_layer_binds_the_name<why::name<Unbound>,
                                            why::hint_bind_it_before_its_reader_or_derive_it_from_Given>{};
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
/// What a device has to say against a network.
template <class Net, class Device>
consteval auto device_verdict() {
    if constexpr (requires { Device::template verdict<Net>(); })
        return Device::template verdict<Net>();
    else
        return why::no_fault<Net>{};
}

}  // namespace detail

/// The sample that a model asks for: what its first layer wants, with 1 for what it leaves open. `Shape<100, 1, 1>` for
/// a generator that begins with ConvT<100, ...>, `Shape<784>` for Linear<784, ...>.
template <Layer Net>
requires(detail::wanted_input<Net>().rank != any_dim) using InputShape = typename detail::InputOf<Net>::type;

}  // namespace genotype::inline v0_1
