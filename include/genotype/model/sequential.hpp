// Layers in a row.
#pragma once

#include <utility>

#include "genotype/model/check.hpp"
#include "genotype/model/plan.hpp"

namespace genotype {
namespace combinators {

/// See the alias `genotype::Sequential`.
template <class... L>
struct Sequential {
    static constexpr bool is_combinator = true;
    static constexpr int size = sizeof...(L);
    static constexpr Dims input = unknown_dims;  // the first layer compares, so that a fault has its path
    static constexpr bool in_place = false;

    template <int I>
    using child = detail::nth<I, L...>;

    static constexpr bool backward_reads_input = child<0>::backward_reads_input;
    static constexpr bool backward_reads_output = child<size - 1>::backward_reads_output;

    static constexpr Inferred output(Dims in) { return detail::infer_chain<L...>(in); }

    /// What the first layer wants: {100, any, any} for a generator that begins with ConvT<100, ...>.
    static constexpr Dims wanted_input() { return detail::wanted_input<child<0>>(); }

    template <class Visit>
    static constexpr void for_each_child(Visit&& visit) {
        int number = 0;
        (visit(std::type_identity<L>{}, ChildName{nullptr, number++}), ...);
    }

    template <class Device, class Mode>
    static constexpr Memory memory(Dims in) {
        return plan_chain<Device, Mode, L...>(in).total;
    }

    template <Dims In, class Device, class Mode>
    static void forward(Device device, Mode mode, const Forward<Mode>& pass) {
        run_all<In>(device, mode, pass, std::index_sequence_for<L...>{});
    }

    template <Dims In, class Device>
    static void backward(Device device, const Backward& pass) {
        run_back<In>(device, pass, std::index_sequence_for<L...>{});
    }

  private:
    template <Dims In, class Device, class Mode>
    static constexpr ChainPlan<sizeof...(L)> plan = plan_chain<Device, Mode, L...>(In);

    static float* at(const Place& place, const Region& kept, const Region& scratch, float* last) {
        if (place.where == Place::last) return last;
        return (place.where == Place::kept ? kept : scratch).at(place.offset).per_sample;
    }

    template <Dims In, class Device, class Mode, std::size_t... I>
    static void run_all(Device device, Mode mode, const Forward<Mode>& pass, std::index_sequence<I...>) {
        constexpr auto& p = plan<In, Device, Mode>;
        const auto activation = [&](std::size_t b) { return at(p.activation[b], pass.kept, pass.scratch, pass.y); };
        (run_forward<L, p.dims[I]>(device, mode,
                                   Forward<Mode>{.batch = pass.batch,
                                                 .in = p.dims[I],
                                                 .out = p.dims[I + 1],
                                                 .x = I == 0 ? pass.x : activation(I),
                                                 .y = activation(I + 1),
                                                 .parameters = pass.parameters + p.parameters[I],
                                                 .buffers = pass.buffers + p.buffers[I],
                                                 .prepared = pass.prepared + p.prepared[I],
                                                 .kept = pass.kept.at(p.kept[I]),
                                                 .scratch = pass.scratch.at(p.forward_scratch[I]),
                                                 .random = pass.random}),
         ...);
    }

    template <Dims In, class Device, std::size_t... I>
    static void run_back(Device device, const Backward& pass, std::index_sequence<I...>) {
        (step_back<In, sizeof...(I) - 1 - I, detail::nth<static_cast<int>(sizeof...(I) - 1 - I), L...>>(device, pass),
         ...);
    }

    template <Dims In, std::size_t I, class Child, class Device>
    static void step_back(Device device, const Backward& pass) {
        constexpr auto& p = plan<In, Device, Training>;
        // Places in scratch that only forward used hold nothing now; a layer that reads none of them ignores these.
        const auto activation = [&](std::size_t b) -> const float* {
            if (b == 0) return pass.x;
            return b == sizeof...(L) || p.activation[b].where == Place::last ? pass.y
                   : p.activation[b].where == Place::kept ? pass.kept.at(p.activation[b].offset).per_sample
                                                          : nullptr;
        };
        const auto gradient = [&](std::size_t b) { return pass.scratch.at(p.gradient[b].offset).per_sample; };
        run_backward<Child, p.dims[I]>(
            device, Backward{.batch = pass.batch,
                             .in = p.dims[I],
                             .out = p.dims[I + 1],
                             .x = activation(I),
                             .y = activation(I + 1),
                             .dy = I + 1 == sizeof...(L) ? pass.dy : gradient(I + 1),
                             .dx = I == 0 ? pass.dx : gradient(I),
                             .parameters = pass.parameters + p.parameters[I],
                             .gradients = pass.gradients ? pass.gradients + p.parameters[I] : nullptr,
                             .prepared = pass.prepared + p.prepared[I],
                             .accumulate = pass.accumulate,
                             .kept = pass.kept.at(p.kept[I]),
                             .scratch = pass.scratch.at(p.backward_scratch[I])});
    }
};

}  // namespace combinators

namespace detail {
template <class... L>
consteval auto sequential_verdict() {
    return typename Verdict<infer_chain<L...>(unknown_dims).fault, combinators::Sequential<L...>>::said{};
}
}  // namespace detail

/// Layers in a row: `Sequential<ConvT<100, 256, 4, 1, 0>, BN<256>, ReLU, ...>`. A layer may itself be a Sequential, a
/// Residual or a Repeat. A chain whose channels do not fit does not compile where it is written.
/// PyTorch: nn.Sequential, with the same names of parameters ("0.weight").
template <class... L>
using Sequential = typename decltype(detail::sequential_verdict<L...>())::model;

}  // namespace genotype
