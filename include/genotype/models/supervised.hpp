// A network and the loss of its outputs as one type.
#pragma once

#include "genotype/losses/cross_entropy.hpp"
#include "genotype/models/parts_report.hpp"
#include "genotype/network/output_shape.hpp"

namespace genotype::inline v0_1 {
namespace combinators {

/// See the alias `genotype::Supervised`.
template <Layer N, class L, ShapeType I>
struct Supervised {
    using Model = N;
    using Loss = L;
    using Input = I;
    using Output = OutputShape<N, I>;
    /// Whether targets are the numbers of classes, or values of the output's shape.
    static constexpr bool has_labels = std::same_as<L, CrossEntropy>;
};

}  // namespace combinators

namespace detail {

template <class N, class L, class I>
consteval auto supervised_verdict() {
    constexpr Dims asked = wanted_input<N>();
    if constexpr (std::is_void_v<I>) {
        return why::network_does_not_tell_the_size_of_its_input<why::got<shape_word_t<asked>>, why::network<N>,
                                                                why::hint_name_the_input_as_last_argument>{};
    } else {
        constexpr Inferred out = infer<N>(I::dims);
        constexpr Dims target = std::same_as<L, CrossEntropy> ? Shape<1>::dims : out.dims;
        if constexpr (out.fault)
            return typename detail::Verdict<out.fault, N>::said{};
        else if constexpr (L::fits(out.dims, target))
            return why::loss_does_not_fit_the_output<why::loss<L>, why::got<shape_word_t<out.dims>>,
                                                     why::wants<shape_word_t<target>>>{};
        else if constexpr (prediction_domain<L>() == LossDomain::unit && exceeds_0_to_1<N>())
            return why::loss_is_of_probabilities_but_the_network_gives_other_numbers<
                why::loss<L>, why::network<N>, why::hint_end_it_with_Sigmoid_or_take_BCEWithLogits>{};
        else
            return why::no_fault<combinators::Supervised<N, L, I>>{};
    }
}

/// What the network asks for, where it asks for every size.
template <class N>
consteval auto input_of_network() {
    if constexpr (wanted_input<N>().complete())
        return std::type_identity<InputShape<N>>{};
    else
        return std::type_identity<void>{};
}

}  // namespace detail

/// A network that learns given targets. With CrossEntropy it is a classifier, whose output is a number a
/// class and whose targets are labels; with any other loss, such as MSE or BCE, targets are of its output's shape. The
/// shape of the input may be left out where the network tells all of it, as a Linear does.
template <Layer Network, class Loss, class Input = typename decltype(detail::input_of_network<Network>())::type>
using Supervised = typename decltype(detail::supervised_verdict<Network, Loss, Input>())::model;

}  // namespace genotype::inline v0_1
