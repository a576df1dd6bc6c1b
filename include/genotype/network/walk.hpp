// Every layer of a model with its shapes.
#pragma once

#include "genotype/network/run.hpp"

namespace genotype::inline v0_1 {
namespace detail {

/// What a model's child number `index` gets: what the model says, or what came out of the child before.
template <class Net>
constexpr Dims input_of_child([[maybe_unused]] int index, [[maybe_unused]] Dims in, Dims previous) {
    if constexpr (requires { Net::child_input(index, in, previous); })
        return Net::child_input(index, in, previous);
    else
        return previous;
}

}  // namespace detail

/// Calls visit(std::type_identity<L>{}, name, depth, in, out) for a model and every layer in it, in order.
template <Layer Net, class Visit>
constexpr void walk(Visit&& visit, Dims in, ChildName name = {"", 0}, int depth = 0) {
    visit(std::type_identity<Net>{}, name, depth, in, output_dims<Net>(in));
    if constexpr (Combinator<Net>) {
        Dims previous = in;
        int index = 0;
        Net::for_each_child([&]<class Child>(std::type_identity<Child>, ChildName child) {
            previous = detail::input_of_child<Net>(index++, in, previous);
            walk<Child>(visit, previous, child, depth + 1);
            previous = output_dims<Child>(previous);
        });
    }
}

}  // namespace genotype::inline v0_1
