// Let: a name for what a chain beside works out.
#pragma once

#include "genotype/network/plus.hpp"
#include "genotype/network/sequential.hpp"

namespace genotype::inline v0_1 {
namespace combinators {

/// See the alias `genotype::Let`.
template <class N, class... L>
struct Let {
    static constexpr bool is_combinator = true;
    using binds = N;
    static constexpr bool computes = true, in_place = true;
    static constexpr Dims input = unknown_dims;
    using Value = Sequential<L...>;
    using reads = typename Value::reads;
    static constexpr bool backward_reads_input = Value::backward_reads_input;
    static constexpr bool backward_reads_output = false;
    static constexpr bool ignores_input = detail::ignores_input<Value>();

    template <int I>
    using child = detail::nth<I, L...>;

    /// What goes by stays as it is.
    static constexpr Inferred output(Dims in) {
        const Inferred value = detail::infer_named_chain<L...>(in);
        return value.fault ? value : Inferred(in);
    }
    static constexpr Dims value(Dims in) { return detail::infer_named_chain<L...>(in).dims; }
    static constexpr ShapeFault name_fault(const detail::Scope& scope, Dims in) {
        return detail::ChainNames<L...>::fault(scope, in);
    }

    template <class Visit>
    static constexpr void for_each_child(Visit&& visit) {
        visit(std::type_identity<Value>{}, ChildName{"", 0});
    }

    template <class Device, class Mode>
    static constexpr LayerMemory memory(Dims in) {
        LayerMemory memory = memory_of<Value, Device, Mode>(in);
        if (std::same_as<Mode, Training>) memory.backward_scratch = input_gradient(in) + memory.backward_scratch;
        return memory;
    }

    /// The call's output is the value's place, which the chain around has planned.
    template <Dims In, class Device, class Mode>
    static void forward(Device device, Mode mode, const Forward<Mode>& pass) {
        run_forward<Value, In>(device, mode, pass);
    }

    template <Dims In, class Device>
    static void backward(Device device, const Backward& pass) {
        const NamedValue& value = value_of<N>(pass);
        const bool goes_back = !ignores_input && pass.dx;
        float* const dx = goes_back ? pass.scratch.per_sample : nullptr;
        run_backward<Value, In>(device, pass.child({.scratch = input_gradient(In)}, pass.in, Let::value(In),
                                                   {pass.x, value.data, value.gradient, dx}));
        const long values = pass.batch * pass.in.count();
        if (goes_back)
            map(device, values, kernels::Add{}, pass.dx, pass.dy, static_cast<const float*>(dx));
        else if (pass.dx && pass.dx != pass.dy)
            map(device, values, kernels::Identity{}, pass.dx, pass.dy);
    }

  private:
    static constexpr MemoryExtent input_gradient(Dims in) { return {ignores_input ? 0 : aligned(in.count()), 0}; }
};

}  // namespace combinators

/// Any shape to the same: binds `N` for the layers behind in this chain to what the layers `L...` make of what comes
/// in, or of other names where they begin with `Of`.
///
///     Let<condition, Of<label>, Embedding<10, 50>>
///
/// Its parameters are named after the name ("condition.1.weight"), and it takes no number among its neighbours.
/// PyTorch: a variable, `condition = self.condition(label)`.
template <class N, class... L>
using Let = combinators::Let<N, L...>;

}  // namespace genotype::inline v0_1
