// Which names stand for what where a layer stands, while the compiler reads a model: lexical scope.
#pragma once

#include <array>

#include "genotype/model/check.hpp"
#include "genotype/model/walk.hpp"

namespace genotype::detail {

/// The names that are bound, with the shapes that they stand for as far as those are known.
struct Scope {
    static constexpr int most = 64;
    struct Binding {
        const char* name = nullptr;
        Dims dims{};
    };
    std::array<Binding, most> bound{};
    int count = 0;

    constexpr const Dims* find(const char* name) const {
        for (int at = 0; at < count; ++at)
            if (bound[static_cast<std::size_t>(at)].name == name) return &bound[static_cast<std::size_t>(at)].dims;
        return nullptr;
    }
    constexpr void bind(const char* name, Dims dims) { bound.at(static_cast<std::size_t>(count++)) = {name, dims}; }
};

template <class L>
constexpr ShapeFault name_fault(const Scope& scope, Dims in);

/// Holds what a leaf reads against what that stands for; a name that stands for nothing here is an input.
template <class L, class... N>
constexpr ShapeFault leaf_name_fault([[maybe_unused]] const Scope& scope, [[maybe_unused]] Dims in, Names<N...>) {
    ShapeFault fault;
    if constexpr (sizeof...(N) > 0) {
        const Dims wanted = L::wanted_value(in);
        for (const char* const name : {name_id<N>()...}) {
            const Dims* const known = scope.find(name);
            if (fault || !known || !compare(*known, wanted)) continue;
            fault.kind = FaultKind::name_shape;
            fault.got = *known;
            fault.wanted = wanted;
        }
    }
    return fault;
}

/// The faults of names in a chain: each is bound once, before its readers, and is read.
template <class... L>
struct ChainNames {
    static constexpr std::array<const char*, sizeof...(L)> bound{bound_name<L>()...};

    static constexpr bool reads(std::size_t layer, const char* name) {
        constexpr std::array<bool (*)(const char*), sizeof...(L)> all{&reads_name<L>...};
        return all[layer](name);
    }

    /// The last layer that reads what `layer` binds, or that layer itself.
    static constexpr std::size_t last_reader(std::size_t layer) {
        std::size_t last = layer;
        for (std::size_t behind = layer + 1; behind < sizeof...(L) && bound[layer]; ++behind)
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
            if (const char* const name = bound[layer]) {
                ShapeFault own;
                if (scope.find(name)) own.kind = FaultKind::name_twice;
                for (std::size_t before = 0; before < layer; ++before)
                    if (!own && reads(before, name)) own.kind = FaultKind::name_late;
                bool is_read = false;
                for (std::size_t behind = layer + 1; behind < sizeof...(L); ++behind)
                    is_read = is_read || reads(behind, name);
                if (!own && !is_read) own.kind = FaultKind::name_unread;
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

}  // namespace genotype::detail
