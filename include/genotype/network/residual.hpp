// A branch whose output is added to its input.
#pragma once

#include "genotype/kernels/functions.hpp"
#include "genotype/network/sequential.hpp"

namespace genotype::inline v0_1 {

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
    using reads = typename detail::AddNames<typename detail::ChainReads<B...>::type, detail::Names<>,
                                            typename detail::ChainReads<S...>::type>::type;

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
    /// Whether the projection's backward, if there is one, may go before the branch's, which then adds its gradient:
    /// not where both may add to that by a name, in an order that would become another.
    static constexpr bool projects_first = std::same_as<typename detail::ChainReads<S...>::type, detail::Names<>>;
    static constexpr bool backward_reads_input = reads_input();
    static constexpr bool backward_reads_output = false;  // y is the sum: what the branch reads of its own is saved

    static constexpr Inferred output(Dims in) {
        const Inferred branch = detail::infer_named_chain<B...>(in);
        if (branch.fault) return branch;
        Dims other = in;
        if constexpr (projects) {
            const Inferred shortcut = detail::infer_named_chain<S...>(in);
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
    static constexpr ShapeFault name_fault(const detail::Scope& scope, Dims in) {
        if (const ShapeFault fault = detail::ChainNames<B...>::fault(scope, in)) return fault;
        if constexpr (projects) {
            ShapeFault fault = detail::ChainNames<S...>::fault(scope, in);
            fault.at0 += static_cast<int>(sizeof...(B));
            return fault;
        }
        return {};
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
        LayerSlice branch{}, shortcut{};              // in forward
        MemoryExtent branch_output, shortcut_output;  // saved only where backward reads them
        MemoryExtent input_gradient;                  // scratch of backward: that of the projection
        LayerMemory total{};

        constexpr explicit Plan(Dims in) {
            constexpr bool training = std::same_as<Mode, Training>;
            const MemoryExtent one{aligned(output_dims<Residual>(in).count()), 0};
            const LayerMemory of_branch = memory_of<Branch, Device, Mode>(in);
            LayerMemory of_shortcut{};
            if constexpr (projects) of_shortcut = memory_of<Shortcut, Device, Mode>(in);
            shortcut = weights_of<Branch, Device>();
            shortcut.saved = aligned(of_branch.saved);
            branch_output = shortcut.saved + aligned(of_shortcut.saved);
            shortcut_output = branch_output + (training && Branch::backward_reads_output ? one : MemoryExtent{});
            total.saved = shortcut_output + (training && shortcut_reads_output() ? one : MemoryExtent{});
            if (projects && !(training && shortcut_reads_output())) branch.scratch = shortcut.scratch = one;
            total.forward_scratch = branch.scratch + larger(of_branch.forward_scratch, of_shortcut.forward_scratch);
            if (projects) input_gradient = {aligned(in.count()), 0};
            total.backward_scratch = input_gradient + larger(of_branch.backward_scratch, of_shortcut.backward_scratch);
        }

        constexpr LayerSlice in_backward(LayerSlice slice) const {
            slice.scratch = input_gradient;
            return slice;
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
        constexpr bool keeps_branch = training && Branch::backward_reads_output;
        float* const from_branch = keeps_branch ? pass.saved.at(plan.branch_output).per_sample : pass.y;
        Forward<Mode> branch = pass.child(plan.branch, pass.in, pass.out, pass.x, from_branch);
        if constexpr (!projects && !keeps_branch && adds_to_output<Branch, Device>) {
            branch.added = pass.x;
            run_forward<Branch, In>(device, mode, branch);
        } else {
            run_forward<Branch, In>(device, mode, branch);
            const float* other = pass.x;
            if constexpr (projects) {
                constexpr bool keeps_shortcut = training && shortcut_reads_output();
                float* const from_shortcut =
                    (keeps_shortcut ? pass.saved.at(plan.shortcut_output) : pass.scratch).per_sample;
                run_forward<Shortcut, In>(device, mode,
                                          pass.child(plan.shortcut, pass.in, pass.out, pass.x, from_shortcut));
                other = from_shortcut;
            }
            map(device, pass.batch * pass.out.count(), kernels::Add{}, pass.y, static_cast<const float*>(from_branch),
                other);
        }
    }

    template <Dims In, class Device>
    static void backward(Device device, const Backward& pass) {
        constexpr Plan<Device, Training> plan(In);
        const float* const from_branch =
            Branch::backward_reads_output ? pass.saved.at(plan.branch_output).per_sample : pass.y;
        Backward branch =
            pass.child(plan.in_backward(plan.branch), pass.in, pass.out, {pass.x, from_branch, pass.dy, pass.dx});
        if constexpr (projects_first && adds_to_gradient<Branch, Device>) {
            const float* const other = other_gradient<In>(device, pass);
            if (pass.dx) branch.added = other;
            run_backward<Branch, In>(device, branch);
        } else {
            run_backward<Branch, In>(device, branch);
            const float* const other = other_gradient<In>(device, pass);
            if (pass.dx)
                map(device, pass.batch * pass.in.count(), kernels::Add{}, pass.dx, static_cast<const float*>(pass.dx),
                    other);
        }
    }

  private:
    /// What is added to the gradient by the branch's input; null where that is not requested of a projection.
    template <Dims In, class Device>
    static const float* other_gradient(Device device, const Backward& pass) {
        if constexpr (projects) {
            constexpr Plan<Device, Training> plan(In);
            const float* const y = shortcut_reads_output() ? pass.saved.at(plan.shortcut_output).per_sample : nullptr;
            float* const dx = pass.dx ? pass.scratch.per_sample : nullptr;
            run_backward<Shortcut, In>(
                device, pass.child(plan.in_backward(plan.shortcut), pass.in, pass.out, {pass.x, y, pass.dy, dx}));
            return dx;
        } else {
            return pass.dy;
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

/// A fault of its two sides against one another is reported at once. One inside of them is reported by the model
/// around, or by whatever uses it, with the whole path: an alias's arguments are judged before the alias.
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
/// recognition" (CVPR 2016). A layer that does not fit is reported where the residual is used, by the model around it,
/// with the whole path.
template <class... L>
using Residual = typename decltype(detail::residual_verdict<L...>())::model;

}  // namespace genotype::inline v0_1
