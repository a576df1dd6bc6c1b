// The sum of several chains of the same input.
#pragma once

#include <array>
#include <cstddef>

#include "genotype/kernels/functions.hpp"
#include "genotype/network/sequential.hpp"

namespace genotype::inline v0_1 {

/// Layers in a row as a part of something larger, which judges them: `Plus<Chain<...>, Chain<...>>`.
template <class... L>
using Chain = combinators::Sequential<L...>;

namespace combinators {

/// See the alias `genotype::Plus`.
template <class... B>
struct Plus {
    static constexpr bool is_combinator = true;
    static constexpr std::size_t size = sizeof...(B);
    static constexpr Dims input = unknown_dims;
    static constexpr bool in_place = false;
    static constexpr bool ignores_input = (detail::ignores_input<B>() && ...);
    static constexpr bool backward_reads_input = (B::backward_reads_input || ...);
    static constexpr bool backward_reads_output = false;  // what a branch reads of its own is saved
    using reads = typename detail::ChainReads<B...>::type;

    template <int I>
    using child = detail::nth<I, B...>;

    static constexpr Inferred output(Dims in) {
        constexpr std::array<Inferred (*)(Dims), size> rules{&detail::rule<B>...};
        Dims sum = unknown_dims;
        int index = 0;
        for (const auto rule : rules) {
            const Inferred one = rule(in);
            if (one.fault) return one.fault.inside(index);
            if (compare(one.dims, sum)) return {FaultKind::sum, one.dims, sum};
            sum = merge(one.dims, sum);
            ++index;
        }
        return sum;
    }
    static constexpr Dims wanted_input() { return detail::wanted_input<child<0>>(); }

    template <class Visit>
    static constexpr void for_each_child(Visit&& visit) {
        int number = 0;
        (visit(std::type_identity<B>{}, ChildName{nullptr, number++}), ...);
    }
    static constexpr Dims child_input(int, Dims in, Dims) { return in; }

    /// The first branch writes to the sum's place; the others, and whatever backward reads, have their own.
    template <class Device, class Mode>
    struct Plan {
        std::array<LayerSlice, size> forward{}, backward{};
        std::array<MemoryExtent, size> output{};
        std::array<bool, size> keeps{};
        LayerMemory total{};

        constexpr explicit Plan(Dims in) {
            constexpr bool training = std::same_as<Mode, Training>;
            constexpr std::array reads_output{B::backward_reads_output...};
            const std::array<LayerMemory, size> memory{memory_of<B, Device, Mode>(in)...};
            constexpr std::array<LayerSlice, size> weights{weights_of<B, Device>()...};
            const MemoryExtent one{aligned(output_dims<Plus>(in).count()), 0};
            LayerSlice next;
            for (std::size_t i = 0; i < size; ++i) {
                forward[i] = next;
                next = next + weights[i];
                next.saved = next.saved + aligned(memory[i].saved);
                total.forward_scratch = larger(total.forward_scratch, memory[i].forward_scratch);
                total.backward_scratch = larger(total.backward_scratch, memory[i].backward_scratch);
            }
            total.saved = next.saved;
            for (std::size_t i = 0; i < size; ++i) {
                keeps[i] = training && reads_output[i];
                output[i] = total.saved;
                if (keeps[i]) total.saved = total.saved + one;
                backward[i] = forward[i];
                forward[i].scratch = one;
                backward[i].scratch = {aligned(in.count()), 0};
            }
            total.forward_scratch = one + total.forward_scratch;
            total.backward_scratch = backward[0].scratch + total.backward_scratch;
        }
    };

    template <class Device, class Mode>
    static constexpr LayerMemory memory(Dims in) {
        return Plan<Device, Mode>(in).total;
    }

    template <Dims In, class Device, class Mode>
    static void forward(Device device, Mode mode, const Forward<Mode>& pass) {
        constexpr Plan<Device, Mode> plan(In);
        std::size_t i = 0;
        const auto run = [&]<class Branch>(std::type_identity<Branch>) {
            float* const to = plan.keeps[i] ? pass.saved.at(plan.output[i]).per_sample
                              : i == 0      ? pass.y
                                            : pass.scratch.per_sample;
            run_forward<Branch, In>(device, mode, pass.child(plan.forward[i], pass.in, pass.out, pass.x, to));
            const long values = pass.batch * pass.out.count();
            const float* const from = to;
            if (i == 0 && from != pass.y) map(device, values, kernels::Identity{}, pass.y, from);
            if (i > 0) map(device, values, kernels::Add{}, pass.y, static_cast<const float*>(pass.y), from);
            ++i;
        };
        (run(std::type_identity<B>{}), ...);
    }

    template <Dims In, class Device>
    static void backward(Device device, const Backward& pass) {
        constexpr Plan<Device, Training> plan(In);
        std::size_t i = 0;
        const auto run = [&]<class Branch>(std::type_identity<Branch>) {
            const float* const y = plan.keeps[i] ? pass.saved.at(plan.output[i]).per_sample : nullptr;
            float* const dx = !pass.dx || i == 0 ? pass.dx : pass.scratch.per_sample;
            run_backward<Branch, In>(device, pass.child(plan.backward[i], pass.in, pass.out, {pass.x, y, pass.dy, dx}));
            if (pass.dx && i > 0)
                map(device, pass.batch * pass.in.count(), kernels::Add{}, pass.dx, static_cast<const float*>(pass.dx),
                    static_cast<const float*>(dx));
            ++i;
        };
        (run(std::type_identity<B>{}), ...);
    }
};

}  // namespace combinators

namespace detail {
template <class... B>
consteval auto plus_verdict() {
    using Net = combinators::Plus<B...>;
    constexpr ShapeFault fault = Net::output(unknown_dims).fault;
    if constexpr (fault.depth > 0)
        return why::no_fault<Net>{};  // reported by the model around, with the whole path
    else
        return typename detail::Verdict<fault, Net>::said{};
}
}  // namespace detail

/// y = a(x) + b(x) + ...: `Plus<Chain<Of<time>, Linear<1, 64>>, Chain<Of<label>, Embedding<11, 64>>>`. All give one
/// shape. PyTorch: `self.branches = nn.ModuleList([a, b]); sum(branch(x) for branch in self.branches)`; parameters are
/// named "0.0.weight".
template <class First, class... B>
using Plus = typename decltype(detail::plus_verdict<First, B...>())::model;

}  // namespace genotype::inline v0_1
