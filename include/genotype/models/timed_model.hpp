// What flows, shortcuts and diffusions ask of their networks: a time, at most one label, and the input's shape again.
#pragma once

#include <type_traits>

#include "genotype/models/read_labels.hpp"
#include "genotype/network/inputs.hpp"
#include "genotype/network/output_shape.hpp"

namespace genotype::why {

// The faults of flows and diffusions.
template <class Got, class Wants>
struct network_must_give_the_shape_of_its_input {};
template <class Label>
struct label_has_no_class_beside_the_last_which_stands_for_none {};

}  // namespace genotype::why

namespace genotype::inline v0_1::detail {

/// A network of images `I` that reads the time `T`, and the label `L`, void where it reads none; one of shortcuts the
/// span `S`, too.
template <Layer N, ShapeType I, class T, class L, class S = void>
struct TimedModel {
    using Model = N;
    using Image = I;
    using Time = T;
    using Label = L;
    using Span = S;
    static constexpr bool has_labels = !std::is_void_v<L>;
};

/// `Kind::Model<Time, Label>`, or what is wrong with the network: `Kind::ReadsOthers` where it reads other names.
template <class Kind, class N, class I>
consteval auto timed_verdict() {
    using Read = SortedNames<ReadNames<N>>;
    constexpr Inferred output = infer<N>(I::dims);
    if constexpr (output.fault)
        return typename detail::Verdict<output.fault, N>::said{};
    else if constexpr (output.dims != I::dims)
        return why::network_must_give_the_shape_of_its_input<why::got<shape_word_t<output.dims>>, why::wants<I>>{};
    else if constexpr (Read::others != 1 || Read::labels > 1)
        return typename Kind::template ReadsOthers<why::got<ReadNames<N>>>{};
    else if constexpr (Read::Other::shape::dims != Shape<1>::dims)
        return why::value_has_another_shape<why::name<typename Read::Other>, why::got<typename Read::Other::shape>,
                                            why::wants<Shape<1>>>{};
    else if constexpr (classes_of_name<typename Read::Label>() == 1)
        return why::label_has_no_class_beside_the_last_which_stands_for_none<typename Read::Label>{};
    else
        return why::no_fault<typename Kind::template Model<typename Read::Other, typename Read::Label>>{};
}

}  // namespace genotype::inline v0_1::detail
