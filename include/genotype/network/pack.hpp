// The I-th type of a pack, without a recursion or a tuple.
#pragma once

#include <type_traits>
#include <utility>

namespace genotype::inline v0_1::detail {

template <int I, class T>
struct leaf {};
template <class Indices, class... T>
struct leaves;
template <int... I, class... T>
struct leaves<std::integer_sequence<int, I...>, T...> : leaf<I, T>... {};

template <int I, class T>
std::type_identity<T> pick(leaf<I, T>);

template <int I, class... T>
using nth =
    typename decltype(pick<I>(leaves<std::make_integer_sequence<int, static_cast<int>(sizeof...(T))>, T...>{}))::type;

}  // namespace genotype::inline v0_1::detail
