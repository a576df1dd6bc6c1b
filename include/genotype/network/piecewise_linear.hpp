// Which networks are linear between their kinks: chains of linear maps, biases, and activations made of lines through
// 0.
#pragma once

#include <type_traits>

#include "genotype/network/fused.hpp"
#include "genotype/network/sequential.hpp"

namespace genotype::inline v0_1::detail {

/// An activation with f(x) = f'(x) x, where f' is found from the output: `ReLU`, `LeakyReLU`.
template <class L>
concept HomogeneousActivation = ElementwiseActivation<L> && L::is_homogeneous && L::in_place;

/// Whether a layer is a linear map of its input, of nothing else, with at most a bias: one number for each channel of
/// the output, behind the map's own parameters. A layer with parameters says so by `has_bias`, or is its own linear
/// map.
template <class L>
consteval bool is_affine_map() {
    if constexpr (!LinearMap<L> || Combinator<L> || Binds<L>) {
        return false;
    } else if constexpr (L::buffers.size() > 0 || !std::is_same_v<ReadNames<L>, Names<>>) {
        return false;
    } else if constexpr (requires { L::has_bias; }) {
        constexpr std::size_t own = L::linear_map::parameters.size();
        if constexpr (L::has_bias && L::parameters.size() == own + 1)
            return L::parameters[own].count() == infer<L>(unknown_dims).dims.first;
        else
            return !L::has_bias && L::parameters.size() == own;
    } else {
        return std::is_same_v<L, typename L::linear_map>;
    }
}
template <class L>
inline constexpr bool has_bias_of_channels = L::parameters.size() > L::linear_map::parameters.size();

/// The leaves of nested chains, in order.
template <class Before, class... L>
struct Leaves {
    using type = Before;
};
template <class... Before, class L, class... Rest>
struct Leaves<Steps<Before...>, L, Rest...> : Leaves<Steps<Before..., L>, Rest...> {};
template <class... Before, class... L, class... Rest>
struct Leaves<Steps<Before...>, combinators::Sequential<L...>, Rest...> : Leaves<Steps<Before...>, L..., Rest...> {};
template <class Net>
using LeavesOf = typename Leaves<Steps<>, Net>::type;

/// Each activation stands behind a map, whose output it may be written over.
template <class... L>
consteval bool are_piecewise_linear(Steps<L...>) {
    bool is_behind_map = false, are = true;
    const auto look = [&](bool is_map, bool is_activation) {
        are = are && (is_map || (is_activation && is_behind_map));
        is_behind_map = is_map;
    };
    (look(is_affine_map<L>(), HomogeneousActivation<L>), ...);
    return are;
}

/// Whether a network's output is, near each input, its derivative times the input and a constant of the biases: then
/// its second derivatives are 0, and gradients of gradients take the short form of `PiecewiseLinearRun`.
template <class Net>
inline constexpr bool piecewise_linear = are_piecewise_linear(LeavesOf<Net>{});

}  // namespace genotype::inline v0_1::detail
