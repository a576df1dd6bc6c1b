// A network of velocities as the model of a flow.
#pragma once

#include "genotype/models/timed_model.hpp"

namespace genotype::why {

template <class Got>
struct network_of_a_flow_reads_one_time_and_at_most_one_label {};

}  // namespace genotype::why

namespace genotype::inline v0_1 {

namespace combinators {

/// See the alias `genotype::FlowMatching`.
template <Layer N, ShapeType I, class T, class L>
struct FlowMatching : detail::TimedModel<N, I, T, L> {};

}  // namespace combinators

namespace detail {

template <class N, class I>
struct FlowKind {
    template <class Time, class Label>
    using Model = combinators::FlowMatching<N, I, Time, Label>;
    template <class Got>
    using ReadsOthers = why::network_of_a_flow_reads_one_time_and_at_most_one_label<Got>;
};

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
using FlowMatching = typename decltype(detail::timed_verdict<detail::FlowKind<Net, Image>, Net, Image>())::model;

}  // namespace genotype::inline v0_1
