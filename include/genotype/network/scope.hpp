// Which names stand for what where a layer stands, while the compiler reads a model: lexical scope.
#pragma once

#include <array>
#include <string_view>

#include "genotype/network/check.hpp"
#include "genotype/network/walk.hpp"

namespace genotype::inline v0_1::detail {

/// The names that are bound, with the shapes that they stand for as far as those are known.
struct Scope {
    static constexpr int most = 64;
    struct Binding {
        std::string_view name = {};
        Dims dims{};
    };
    std::array<Binding, most> bound{};
    int count = 0;

    constexpr const Dims* find(std::string_view name) const {
        for (int at = 0; at < count; ++at)
            if (bound[static_cast<std::size_t>(at)].name == name) return &bound[static_cast<std::size_t>(at)].dims;
        return nullptr;
    }
    constexpr void bind(std::string_view name, Dims dims) {
        bound.at(static_cast<std::size_t>(count++)) = {name, dims};
    }
};

template <class L>
constexpr ShapeFault name_fault(const Scope& scope, Dims in);

/// The shape of a name that is given from outside, as far as it is known.
template <class N>
constexpr Dims given_dims() {
    if constexpr (requires { N::shape::dims; })
        return N::shape::dims;
    else
        return unknown_dims;
}

/// Holds what a leaf reads against what that stands for; a name that stands for nothing here is an input.
template <class L, class... N>
constexpr ShapeFault leaf_name_fault([[maybe_unused]] const Scope& scope, [[maybe_unused]] Dims in, Names<N...>) {
    ShapeFault fault;
    if constexpr (sizeof...(N) > 0) {
        const Dims wanted = L::wanted_value(in);
        const auto check = [&](std::string_view name, Dims given) {
            const Dims* const bound = scope.find(name);
            const Dims known = bound ? *bound : given;
            if (fault || !compare(known, wanted)) return;
            fault.kind = FaultKind::name_shape;
            fault.got = known;
            fault.wanted = wanted;
        };
        (check(name_id<N>(), given_dims<N>()), ...);
    }
    return fault;
}

/// The faults of names in a chain: each is bound once, before its readers, and is read.
template <class... L>
struct ChainNames {
    static constexpr std::array<std::string_view, sizeof...(L)> bound{bound_name<L>()...};
    static constexpr std::array<bool, sizeof...(L)> binds{Binds<L>...};
    static constexpr bool reads(std::size_t layer, std::string_view name) {
        constexpr std::array<bool (*)(std::string_view), sizeof...(L)> all{&reads_name<L>...};
        return all[layer](name);
    }

    /// The last layer that reads what `layer` binds, or that layer itself.
    static constexpr std::size_t last_reader(std::size_t layer) {
        std::size_t last = layer;
        for (std::size_t behind = layer + 1; behind < sizeof...(L) && binds[layer]; ++behind)
            if (reads(behind, bound[layer])) last = behind;
        return last;
    }

    static constexpr ShapeFault fault(Scope scope, Dims in) {
        constexpr std::array<ShapeFault (*)(const Scope&, Dims), sizeof...(L)> faults{&name_fault<L>...};
        constexpr std::array<Inferred (*)(Dims), sizeof...(L)> outputs{&infer<L>...};
        constexpr std::array<Dims (*)(Dims), sizeof...(L)> values{&value_dims<L>...};
        for (std::size_t layer = 0; layer < sizeof...(L); ++layer) {
            const int index = static_cast<int>(layer);
            if (const ShapeFault inner = faults[layer](scope, in)) return inner.inside(index);
            if (binds[layer]) {
                const std::string_view name = bound[layer];
                ShapeFault own;
                if (scope.find(name)) own.kind = FaultKind::name_twice;
                for (std::size_t before = 0; before < layer; ++before)
                    if (!own && reads(before, name)) own.kind = FaultKind::name_late;
                if (!own && last_reader(layer) == layer) own.kind = FaultKind::name_unread;
                if (own) return own.inside(index);
                scope.bind(name, values[layer](in));
            }
            in = outputs[layer](in).dims;
        }
        return {};
    }

  private:
    template <class Step>
    static constexpr Dims value_dims([[maybe_unused]] Dims in) {
        if constexpr (Binds<Step>)
            return Step::value(in);
        else
            return {};
    }
};

/// What comes out of the chain `L...`, or its first fault: of shapes, then of names.
template <class... L>
constexpr Inferred infer_named_chain(Dims in) {
    const Inferred out = infer_chain<L...>(in);
    if constexpr (!ChainReads<L...>::plain)
        if (!out.fault)
            if (const ShapeFault fault = ChainNames<L...>::fault({}, in)) return fault;
    return out;
}

/// The first fault of a name in `L`, whose own shapes are right.
template <class L>
constexpr ShapeFault name_fault(const Scope& scope, Dims in) {
    if constexpr (requires { L::name_fault(scope, in); }) {
        return L::name_fault(scope, in);
    } else if constexpr (Combinator<L>) {
        ShapeFault fault;
        Dims previous = in;
        int index = 0;
        L::for_each_child([&]<class Child>(std::type_identity<Child>, ChildName) {
            previous = input_of_child<L>(index, in, previous);
            if (!fault)
                if (const ShapeFault inner = name_fault<Child>(scope, previous)) fault = inner.inside(index);
            previous = output_dims<Child>(previous);
            ++index;
        });
        return fault;
    } else {
        return leaf_name_fault<L>(scope, in, ReadNames<L>{});
    }
}

}  // namespace genotype::inline v0_1::detail
