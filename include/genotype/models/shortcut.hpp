// A network of average velocities as the model of a flow that is followed in few steps.
#pragma once

#include <type_traits>

#include "genotype/models/timed_model.hpp"

namespace genotype::why {

template <class Got, class Wants>
struct network_of_shortcuts_reads_the_time_the_span_and_at_most_one_label {};

}  // namespace genotype::why

namespace genotype::inline v0_1 {

namespace combinators {

/// See the alias `genotype::ShortcutModel`.
template <Layer N, ShapeType I, class T, class S, class L>
struct ShortcutModel : detail::TimedModel<N, I, T, L, S> {
    static constexpr int most_steps = 128;  // and their halves are what it is trained for
};

}  // namespace combinators

namespace detail {

template <class N, class Name>
inline constexpr bool reads_this = false;
template <class... Read, class Name>
inline constexpr bool reads_this<Names<Read...>, Name> = is_one_of<Name, Read...>;

template <class N, class I, class Time, class Span>
consteval auto shortcut_verdict() {
    using Read = ReadNames<N>;
    using Sorted = SortedNames<Read>;
    constexpr Inferred output = infer<N>(I::dims);
    if constexpr (output.fault)
        return typename Verdict<output.fault, N>::said{};
    else if constexpr (output.dims != I::dims)
        return why::network_must_give_the_shape_of_its_input<why::got<shape_word_t<output.dims>>, why::wants<I>>{};
    else if constexpr (std::is_same_v<Time, Span> || !reads_this<Read, Time> || !reads_this<Read, Span> ||
                       Sorted::others != 2 || Sorted::labels > 1)
        return why::network_of_shortcuts_reads_the_time_the_span_and_at_most_one_label<why::got<Read>,
                                                                                       why::wants<Names<Time, Span>>>{};
    else if constexpr (Time::shape::dims != Shape<1>::dims)
        return why::value_has_another_shape<why::name<Time>, why::got<typename Time::shape>, why::wants<Shape<1>>>{};
    else if constexpr (Span::shape::dims != Shape<1>::dims)
        return why::value_has_another_shape<why::name<Span>, why::got<typename Span::shape>, why::wants<Shape<1>>>{};
    else if constexpr (classes_of_name<typename Sorted::Label>() == 1)
        return why::label_has_no_class_beside_the_last_which_stands_for_none<typename Sorted::Label>{};
    else
        return why::no_fault<combinators::ShortcutModel<N, I, Time, Span, typename Sorted::Label>>{};
}

}  // namespace detail

/// A flow whose network is told how far it is to go: it gives the mean velocity of an image on its way from noise, at
/// time 0, to data, at time 1, over a span that begins at this time. So an image is drawn in one call of the network,
/// or in 2, 4, ... 128. It reads two names of shape (1), the time and the span, and may read one label, as
/// `FlowMatching` does.
///
///     struct time : Given<Shape<1>> {};
///     struct span : Given<Shape<1>> {};
///     using OneStep = ShortcutModel<UNet, Shape<1, 28, 28>, time, span>;
///
/// Source: Frans, Hafner, Levine and Abbeel, "One step diffusion via shortcut models" (ICLR 2025), arXiv:2410.12557.
template <Layer Net, ShapeType Image, class Time, class Span>
using ShortcutModel = typename decltype(detail::shortcut_verdict<Net, Image, Time, Span>())::model;

}  // namespace genotype::inline v0_1
