// A network of velocities as the model of a flow.
#pragma once

#include "genotype/models/read_labels.hpp"
#include "genotype/network/inputs.hpp"
#include "genotype/network/output_shape.hpp"

namespace genotype::why {

// The faults of a flow.
template <class Got, class Wants>
struct network_must_give_the_shape_of_its_input {};
template <class Got>
struct network_of_a_flow_reads_one_time_and_at_most_one_label {};

}  // namespace genotype::why

namespace genotype::inline v0_1 {

namespace combinators {

/// See the alias `genotype::FlowMatching`.
template <Layer N, ShapeType I, class T, class L>
struct FlowMatching {
    using Model = N;
    using Image = I;
    using Time = T;
    using Label = L;  // void where the network reads none
    static constexpr bool has_labels = !std::is_void_v<L>;
};

}  // namespace combinators

namespace detail {

template <class N, class I>
consteval auto flow_verdict() {
    using Read = SortedNames<ReadNames<N>>;
    constexpr Inferred velocity = infer<N>(I::dims);
    if constexpr (velocity.fault)
        return typename detail::Verdict<velocity.fault, N>::said{};
    else if constexpr (velocity.dims != I::dims)
        return why::network_must_give_the_shape_of_its_input<why::got<shape_word_t<velocity.dims>>, why::wants<I>>{};
    else if constexpr (Read::others != 1 || Read::labels > 1)
        return why::network_of_a_flow_reads_one_time_and_at_most_one_label<why::got<ReadNames<N>>>{};
    else if constexpr (Read::Other::shape::dims != Shape<1>::dims)
        return why::value_has_another_shape<why::name<typename Read::Other>, why::got<typename Read::Other::shape>,
                                            why::wants<Shape<1>>>{};
    else
        return why::no_fault<combinators::FlowMatching<N, I, typename Read::Other, typename Read::Label>>{};
}

}  // namespace detail

/// A network that gives the velocity of an image (or of any sample) on its way from noise, at time 0, to data, at time
/// 1. It reads one name of shape (1), the time, and may read one label (`Given<Class<K + 1>>`), whose last class stands
/// for none: with it labels can be left out, for guidance.
///
///     using Flow = FlowMatching<UNet, Shape<1, 28, 28>>;
///
/// Sources: Lipman et al., "Flow matching for generative modeling" (ICLR 2023); Liu, Gong and Liu, "Flow straight and
/// fast: learning to generate and transfer data with rectified flow" (ICLR 2023); labels left out: Ho and Salimans,
/// "Classifier-free diffusion guidance", 2022, arXiv:2207.12598.
template <Layer Net, ShapeType Image>
using FlowMatching = typename decltype(detail::flow_verdict<Net, Image>())::model;

}  // namespace genotype::inline v0_1
