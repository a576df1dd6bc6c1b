// A branch whose output is added to its input.
#pragma once

#include "genotype/kernels/functions.hpp"
#include "genotype/model/sequential.hpp"

namespace genotype {

/// Marks the layers through which the other side of a Residual goes where the branch changes the shape.
template <class... L>
struct Projection {};

namespace combinators {

/// See the alias `genotype::Residual`.
template <class Branch, class Shortcut>
struct Residual;

template <class... B, class... S>
struct Residual<Sequential<B...>, Projection<S...>> {
    static constexpr bool is_combinator = true;
    static constexpr bool projects = sizeof...(S) > 0;
    static constexpr Dims input = unknown_dims;
    static constexpr bool in_place = false;
    using Branch = Sequential<B...>;
    using Shortcut = Sequential<S...>;

    /// A path counts the branch's layers first, then the projection's.
    template <int I>
    using child = detail::nth<I, B..., S...>;

    static constexpr bool reads_input() {
        if constexpr (projects)
            return Branch::backward_reads_input || Shortcut::backward_reads_input;
        else
            return Branch::backward_reads_input;
    }
    static constexpr bool shortcut_reads_output() {
        if constexpr (projects)
            return Shortcut::backward_reads_output;
        else
            return false;
    }
    static constexpr bool backward_reads_input = reads_input();
    static constexpr bool backward_reads_output = false;  // y is the sum: what the branch reads of its own is kept

    static constexpr Inferred output(Dims in) {
        const Inferred branch = detail::infer_chain<B...>(in);
        if (branch.fault) return branch;
        Dims other = in;
        if constexpr (projects) {
            const Inferred shortcut = detail::infer_chain<S...>(in);
            if (shortcut.fault) {
                ShapeFault fault = shortcut.fault;
                fault.at0 += static_cast<int>(sizeof...(B));
                return fault;
            }
            other = shortcut.dims;
        }
        if (compare(branch.dims, other)) return {FaultKind::branch, branch.dims, other};
        return merge(branch.dims, other);
    }
    static constexpr Dims wanted_input() { return Branch::wanted_input(); }

    template <class Visit>
    static constexpr void for_each_child(Visit&& visit) {
        visit(std::type_identity<Branch>{}, ChildName{"branch", 0});
        if constexpr (projects) visit(std::type_identity<Shortcut>{}, ChildName{"projection", 0});
    }

    static constexpr Dims child_input(int, Dims in, Dims) { return in; }

    /// Where everything lies within the memory that this layer is given.
    template <class Device, class Mode>
    struct Plan {
        LayerMemory branch{}, shortcut{};
        MemoryExtent branch_output, shortcut_output;  // kept only where backward reads them
        LayerMemory total{};

        constexpr explicit Plan(Dims in) : branch(memory_of<Branch, Device, Mode>(in)) {
            constexpr bool training = std::same_as<Mode, Training>;
            const Dims out = output_dims<Residual>(in);
            const MemoryExtent one{aligned(out.count()), 0}, wide_in{aligned(in.count()), 0};
            if constexpr (projects) shortcut = memory_of<Shortcut, Device, Mode>(in);
            branch.kept = aligned(branch.kept);
            shortcut.kept = aligned(shortcut.kept);
            branch.session = aligned(branch.session);
            total.session = branch.session + aligned(shortcut.session);
            branch_output = branch.kept + shortcut.kept;
            shortcut_output = branch_output + (training && Branch::backward_reads_output ? one : MemoryExtent{});
            total.kept = shortcut_output + (training && shortcut_reads_output() ? one : MemoryExtent{});
            const MemoryExtent temporary = projects && !(training && shortcut_reads_output()) ? one : MemoryExtent{};
            total.forward_scratch = temporary + larger(branch.forward_scratch, shortcut.forward_scratch);
            const MemoryExtent input_gradient = projects ? wide_in : MemoryExtent{};
            total.backward_scratch = input_gradient + larger(branch.backward_scratch, shortcut.backward_scratch);
        }
    };

    template <class Device, class Mode>
    static constexpr LayerMemory memory(Dims in) {
        return Plan<Device, Mode>(in).total;
    }

    template <Dims In, class Device, class Mode>
    static void forward(Device device, Mode mode, const Forward<Mode>& pass) {
        constexpr Plan<Device, Mode> plan(In);
        constexpr bool training = std::same_as<Mode, Training>;
        const long values = pass.batch * pass.out.count();
        Forward<Mode> inner = pass;
        MemoryRegion inner_scratch = pass.scratch;
        if constexpr (training && Branch::backward_reads_output) inner.y = pass.kept.at(plan.branch_output).per_sample;
        inner.added = nullptr;
        constexpr bool reads_branch = training && Branch::backward_reads_output;
        if constexpr (!projects && !reads_branch && adds_to_output<Branch, Device>) {
            inner.added = pass.x;
            run_forward<Branch, In>(device, mode, inner);
        } else if constexpr (!projects) {
            run_forward<Branch, In>(device, mode, inner);
            map(device, values, kernels::Add{}, pass.y, static_cast<const float*>(inner.y), pass.x);
        } else {
            float* other = pass.scratch.per_sample;
            if constexpr (training && shortcut_reads_output())
                other = pass.kept.at(plan.shortcut_output).per_sample;
            else
                inner_scratch = pass.scratch.at({aligned(pass.out.count()), 0});
            inner.scratch = inner_scratch;
            run_forward<Branch, In>(device, mode, inner);
            Forward<Mode> side = inner;
            side.y = other;
            side.parameters += parameter_floats<Branch>();
            side.buffers += buffer_floats<Branch>();
            side.prepared += prepared_floats<Branch, Device>();
            side.kept = pass.kept.at(plan.branch.kept);
            side.session = pass.session.at(plan.branch.session);
            run_forward<Shortcut, In>(device, mode, side);
            map(device, values, kernels::Add{}, pass.y, static_cast<const float*>(inner.y),
                static_cast<const float*>(other));
        }
    }

    template <Dims In, class Device>
    static void backward(Device device, const Backward& pass) {
        constexpr Plan<Device, Training> plan(In);
        const long values = pass.batch * pass.in.count();
        Backward inner = pass;
        if constexpr (Branch::backward_reads_output) inner.y = pass.kept.at(plan.branch_output).per_sample;
        if constexpr (!projects) {
            run_backward<Branch, In>(device, inner);
            if (pass.dx) map(device, values, kernels::Add{}, pass.dx, static_cast<const float*>(pass.dx), pass.dy);
        } else {
            inner.scratch = pass.scratch.at({aligned(pass.in.count()), 0});
            run_backward<Branch, In>(device, inner);
            Backward side = inner;
            side.y = shortcut_reads_output() ? pass.kept.at(plan.shortcut_output).per_sample : nullptr;
            side.dx = pass.dx ? pass.scratch.per_sample : nullptr;
            side.parameters += parameter_floats<Branch>();
            if (side.gradients) side.gradients += parameter_floats<Branch>();
            side.prepared += prepared_floats<Branch, Device>();
            side.kept = pass.kept.at(plan.branch.kept);
            run_backward<Shortcut, In>(device, side);
            if (pass.dx)
                map(device, values, kernels::Add{}, pass.dx, static_cast<const float*>(pass.dx),
                    static_cast<const float*>(side.dx));
        }
    }
};

}  // namespace combinators

namespace detail {

/// Takes the projection, if there is one, from the end of the list.
template <class Branch, class... Rest>
struct SplitResidual;
template <class... B>
struct SplitResidual<combinators::Sequential<B...>> {
    using type = combinators::Residual<combinators::Sequential<B...>, Projection<>>;
};
template <class... B, class... S>
struct SplitResidual<combinators::Sequential<B...>, Projection<S...>> {
    using type = combinators::Residual<combinators::Sequential<B...>, Projection<S...>>;
};
template <class... B, class First, class... Rest>
struct SplitResidual<combinators::Sequential<B...>, First, Rest...>
    : SplitResidual<combinators::Sequential<B..., First>, Rest...> {};

/// A fault of its two sides against one another is told at once. One inside of them is told by the model around, or by
/// whatever uses it, with the whole path: an alias's arguments are judged before the alias.
template <class... L>
consteval auto residual_verdict() {
    using Net = typename SplitResidual<combinators::Sequential<>, L...>::type;
    constexpr ShapeFault fault = Net::output(unknown_dims).fault;
    if constexpr (fault.depth > 0)
        return why::no_fault<Net>{};
    else
        return typename detail::Verdict<fault, Net>::said{};
}

}  // namespace detail

/// y = x + branch(x): `Residual<Conv<64, 64, 3, 1, 1>, BN<64>, ReLU>`. Where the branch changes the shape, the other
/// side goes through a projection, named last: `Residual<..., Projection<Conv<64, 128, 1, 2>>>`. PyTorch: a module with
/// `self.branch = nn.Sequential(...)` and `self.projection = nn.Sequential(...)`, which names its parameters
/// "branch.0.weight" and "projection.0.weight". Source: He, Zhang, Ren, Sun, "Deep residual learning for image
/// recognition" (CVPR 2016). A layer that does not fit is told where the residual is used, by the model around it,
/// with the whole path.
template <class... L>
using Residual = typename decltype(detail::residual_verdict<L...>())::model;

}  // namespace genotype
