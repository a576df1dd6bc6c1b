// Layers in a row.
#pragma once

#include <array>
#include <utility>

#include "genotype/network/check.hpp"
#include "genotype/network/fused.hpp"
#include "genotype/network/name_word.hpp"
#include "genotype/network/plan.hpp"
#include "genotype/network/scope.hpp"

namespace genotype::inline v0_1 {
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

    using reads = typename detail::ChainReads<L...>::type;
    static constexpr bool ignores_input = detail::ignores_input<child<0>>();
    static constexpr bool binds_names = detail::ChainReads<L...>::binds;

    /// Of the first layer, and where that binds a name, which hands its input on, of those behind it too.
    static constexpr bool backward_reads_input = [] {
        bool reads_it = false, at_input = true;
        ((reads_it = reads_it || (at_input && L::backward_reads_input), at_input = at_input && detail::Binds<L>), ...);
        return reads_it;
    }();
    static constexpr bool backward_reads_output = child<size - 1>::backward_reads_output;

    static constexpr Inferred output(Dims in) { return detail::infer_named_chain<L...>(in); }
    static constexpr ShapeFault name_fault(const detail::Scope& scope, Dims in) {
        return detail::ChainNames<L...>::fault(scope, in);
    }

    /// What the first layer that does something wants: {100, any, any} for a generator that begins with ConvT<100,
    /// ...>, or with Concat<label, 1>, ConvT<101, ...>.
    static constexpr Dims wanted_input() {
        Dims wanted = unknown_dims;
        int joined = 0;
        bool found = false;
        const auto visit = [&](Dims of_layer, bool binds, int joins) {
            if (found || binds) return;
            joined += joins;
            found = joins == 0;
            wanted = of_layer;
        };
        (visit(detail::wanted_input<L>(), detail::Binds<L>, detail::joined_channels<L>()), ...);
        if (found && wanted.first != any_dim) wanted.first -= joined;
        return wanted;
    }

    template <class Visit>
    static constexpr void for_each_child(Visit&& visit) {
        int number = 0;
        (visit(std::type_identity<L>{}, child_name<L>(number)), ...);
    }

    template <class Device, class Mode>
    static constexpr LayerMemory memory(Dims in) {
        return plan_steps<Device, Mode>(Steps<Device>{}, in).total;
    }

    /// The steps are the layers, save that some neighbours run as one. They are a table and a loop, not unrolled calls:
    /// a hundred layers cost the compiler a hundred small functions.
    template <Dims In, class Device, class Mode>
    static void forward(Device device, Mode mode, const Forward<Mode>& pass) {
        constexpr auto& p = plan<In, Device, Mode>;
        constexpr auto& steps = forward_steps<In, Device, Mode>;
        const auto activation = [&](std::size_t b) { return at(p.activation[b], pass.saved, pass.scratch, pass.y); };
        const auto read_at = [&](std::size_t b) -> const float* {
            return p.activation[b].where == detail::Place::first ? pass.x : activation(b);
        };
        [[maybe_unused]] std::array<NamedValue, count_names()> own;
        const NamedValue* values = pass.values;
        for (std::size_t i = 0, bound = 0; i < steps.size(); ++i) {
            Forward<Mode> call = pass.child(p.forward[i], p.dims[i], p.dims[i + 1], read_at(i), activation(i + 1));
            if (i + 1 == steps.size()) call.added = pass.added;
            if constexpr (binds_names) {
                call.values = values;
                if (p.values[i].binds) {
                    const bool computes = p.values[i].computes;
                    if (computes) {
                        call.out = p.values[i].dims;
                        call.y = at(p.values[i].place, pass.saved, pass.scratch, pass.y);
                    }
                    own[bound] = {p.values[i].name, computes ? call.y : call.x, nullptr, values};
                    values = &own[bound++];
                }
            }
            steps[i](device, mode, call);
        }
    }

    template <Dims In, class Device>
    static void backward(Device device, const Backward& pass) {
        constexpr auto& p = plan<In, Device, Training>;
        constexpr auto& steps = backward_steps<In, Device>;
        const auto stored = [&](const detail::Place& place) -> const float* {
            if (place.where == detail::Place::first) return pass.x;
            // What lay in scratch during forward is gone: a layer that would read it had it saved.
            return place.where == detail::Place::scratch ? nullptr : at(place, pass.saved, pass.scratch, pass.y);
        };
        const auto gradient = [&](std::size_t b) { return pass.scratch.at(p.gradient[b].offset).per_sample; };
        const std::size_t first = first_asked(p, pass);
        const auto is_asked = [&](std::size_t layer) {
            if constexpr (binds_names)
                if (p.values[layer].computes) return true;
            return layer >= first;
        };
        [[maybe_unused]] std::array<NamedValue, count_names()> own;
        const NamedValue* values = pass.values;
        if constexpr (binds_names) {
            std::size_t bound = 0;
            for (std::size_t i = 0; i < steps.size(); ++i) {
                const detail::ValuePlan& value = p.values[i];
                if (!value.binds) continue;
                own[bound] = {value.name, stored(value.place),
                              is_asked(i) ? pass.scratch.at(value.gradient).per_sample : nullptr, values};
                values = &own[bound++];
            }
        }
        for (std::size_t i = steps.size(); i-- > 0;) {
            if (!is_asked(i)) continue;
            Backward call = pass.child(p.backward[i], p.dims[i], p.dims[i + 1],
                                       {.x = stored(p.activation[i]),
                                        .y = stored(p.activation[i + 1]),
                                        .dy = i + 1 == steps.size() ? pass.dy : gradient(i + 1),
                                        .dx = i <= first ? pass.dx : gradient(i)});
            if (i == 0) call.added = pass.added;
            if constexpr (binds_names) {
                call.values = values;
                // The gradient by a name is born where it is first added to.
                for (std::size_t layer = 0, bound = 0; layer < i; ++layer) {
                    const detail::ValuePlan& value = p.values[layer];
                    if (!value.binds) continue;
                    const bool is_born = value.last_reader == i && is_asked(layer);
                    own[bound].is_new = is_born && starts_gradients<Device>[i];
                    if (is_born && !own[bound].is_new)
                        Device::clear(own[bound].gradient, pass.batch * value.dims.count());
                    ++bound;
                }
            }
            steps[i](device, call);
        }
    }

  private:
    /// The first layer that is asked for anything in backward, beside chains that a name stands for: none but the first
    /// is asked for its input's gradient where the chain's is not requested.
    template <class Plan>
    static std::size_t first_asked(const Plan& plan, const Backward& pass) {
        std::size_t first = 0;
        if (pass.dx) return first;
        const bool names_asked = are_asked(pass, reads{});
        while (first < plan.forward.size() && !plan.makes_gradients[first] && !(names_asked && plan.reads_names[first]))
            ++first;
        return first;
    }

    /// Whether the gradient by one of the names is requested.
    template <class... N>
    static bool are_asked([[maybe_unused]] const Backward& pass, detail::Names<N...>) {
        return (static_cast<bool>(value_of<N>(pass).gradient) || ...);
    }

    static constexpr std::size_t count_names() { return (std::size_t{detail::Binds<L>} + ...); }

    /// Binding a name takes no number, so that the names of parameters stay where one is bound.
    template <class Layer>
    static constexpr ChildName child_name(int& number) {
        if constexpr (detail::Binds<Layer>)
            return {detail::name_word<typename Layer::binds>(), 0};
        else
            return {nullptr, number++};
    }

    template <class Device>
    using Steps = detail::FusedChain<Device, L...>;

    /// Which steps write a name's gradient where they are the first to add to it.
    template <class... Step>
    static constexpr auto start_gradients(detail::Steps<Step...>) {
        return std::array{detail::starts_gradient<Step>()...};
    }
    template <class Device>
    static constexpr auto starts_gradients = start_gradients(Steps<Device>{});

    template <class Device, class Mode, class... Step>
    static constexpr auto plan_steps(detail::Steps<Step...>, Dims in) {
        return detail::plan_chain<Device, Mode, Step...>(in);
    }

    template <Dims In, class Device, class Mode>
    static constexpr auto plan = plan_steps<Device, Mode>(Steps<Device>{}, In);

    template <Dims In, class Device, class Mode, class... Step, std::size_t... I>
    static constexpr auto forwards(detail::Steps<Step...>, std::index_sequence<I...>) {
        return std::array{&run_forward<Step, template_dims<Step>(plan<In, Device, Mode>.dims[I]), Device, Mode>...};
    }
    template <Dims In, class Device, class Mode>
    static constexpr auto forward_steps = forwards<In, Device, Mode>(Steps<Device>{},
                                                                     std::make_index_sequence<Steps<Device>::size>{});

    template <Dims In, class Device, class... Step, std::size_t... I>
    static constexpr auto backwards(detail::Steps<Step...>, std::index_sequence<I...>) {
        return std::array{&run_backward<Step, template_dims<Step>(plan<In, Device, Training>.dims[I]), Device>...};
    }
    template <Dims In, class Device>
    static constexpr auto backward_steps = backwards<In, Device>(Steps<Device>{},
                                                                 std::make_index_sequence<Steps<Device>::size>{});

    template <class Pointer>
    static Pointer at(const detail::Place& place, const MemoryRegion& saved, const MemoryRegion& scratch,
                      Pointer last) {
        if (place.where == detail::Place::last) return last;
        if (place.where == detail::Place::first) return nullptr;  // the caller's: nothing is written there
        return (place.where == detail::Place::saved ? saved : scratch).at(place.offset).per_sample;
    }
};

}  // namespace combinators

/// That of the last of its steps, and of the first.
template <class Device, class... L>
inline constexpr bool adds_to_output<combinators::Sequential<L...>, Device> =
    detail::last_adds<Device>(detail::FusedChain<Device, L...>{});
template <class Device, class... L>
inline constexpr bool adds_to_gradient<combinators::Sequential<L...>, Device> =
    detail::first_adds<Device>(detail::FusedChain<Device, L...>{});

namespace detail {
template <class... L>
consteval auto sequential_verdict() {
    return typename detail::Verdict<infer_named_chain<L...>(unknown_dims).fault, combinators::Sequential<L...>>::said{};
}
}  // namespace detail

/// Layers in a row: `Sequential<ConvT<100, 256, 4, 1, 0>, BN<256>, ReLU, ...>`. A layer may itself be a Sequential, a
/// Residual or a Repeat. A chain whose channels do not fit does not compile where it is written.
/// PyTorch: nn.Sequential, with the same names of parameters ("0.weight").
template <class... L>
using Sequential = typename decltype(detail::sequential_verdict<L...>())::model;

}  // namespace genotype::inline v0_1
