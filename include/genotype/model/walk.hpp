// Every layer of a model with its shapes.
#pragma once

#include "genotype/model/run.hpp"

namespace genotype {

/// Calls visit(std::type_identity<L>{}, name, depth, in, out) for a model and every layer in it, in order.
template <Layer Net, class Visit>
constexpr void walk(Visit&& visit, Dims in, ChildName name = {"", 0}, int depth = 0) {
    visit(std::type_identity<Net>{}, name, depth, in, output_dims<Net>(in));
    if constexpr (Combinator<Net>) {
        Dims previous = in;
        int index = 0;
        Net::for_each_child([&]<class Child>(std::type_identity<Child>, ChildName child) {
            if constexpr (requires { Net::child_input(0, in, in); }) previous = Net::child_input(index, in, previous);
            walk<Child>(visit, previous, child, depth + 1);
            previous = output_dims<Child>(previous);
            ++index;
        });
    }
}

}  // namespace genotype
