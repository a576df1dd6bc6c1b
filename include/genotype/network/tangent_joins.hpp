// The tangents of the other combinators: Residual, Plus, Repeat and Let.
#pragma once

#include "genotype/network/let.hpp"
#include "genotype/network/plus.hpp"
#include "genotype/network/repeat.hpp"
#include "genotype/network/residual.hpp"
#include "genotype/network/tangent_chain.hpp"

namespace genotype::inline v0_1::detail {

/// Branches whose outputs are added; without `Branches` none, as the other side of a residual that projects nothing.
template <class... B>
struct TangentSum {
    static constexpr std::size_t size = sizeof...(B);

    /// Saved: what each branch keeps, then the pair that it makes. Scratch: the gradients that a branch sends back.
    struct Plan {
        std::array<LayerSlice, size> at{};
        std::array<MemoryExtent, size> output{};
        LayerMemory total{};
    };
    template <class Device>
    static constexpr Plan plan(Dims in, Dims out) {
        Plan p;
        LayerSlice next;
        std::size_t index = 0;
        const auto place = [&]<class Branch>(std::type_identity<Branch>) {
            const LayerMemory memory = TangentRun<Branch>::template memory<Device>(in);
            p.at[index] = next;
            p.at[index].scratch = TangentPair::extent(in.count());
            next = next + weights_of<Branch, Device>();
            p.output[index] = next.saved + memory.saved;
            next.saved = p.output[index] + TangentPair::extent(out.count());
            p.total.forward_scratch = larger(p.total.forward_scratch, p.at[index].scratch + memory.forward_scratch);
            ++index;
        };
        (place(std::type_identity<B>{}), ...);
        p.total.saved = next.saved;
        return p;
    }

    /// Writes the sum of all branches, or adds it with `adds`.
    template <Dims In, Dims Out, class Device>
    static void forward(Device device, const Tangent& call, bool adds) {
        constexpr Plan p = plan<Device>(In, Out);
        const long count = call.run.batch * Out.count();
        std::size_t i = 0;
        const auto run = [&]<class Branch>(std::type_identity<Branch>) {
            const TangentPair to(call.run.saved, p.output[i], Out.count());
            TangentRun<Branch>::template forward<In>(
                device, call.child(p.at[i], In, Out, call.run.x, call.tx, to.value, to.tangent));
            const float *value = to.value, *tangent = to.tangent;
            if (i == 0 && !adds) {
                map(device, count, kernels::Identity{}, call.run.y, value);
                map(device, count, kernels::Identity{}, call.ty, tangent);
            } else {
                add_pair(device, count, value, tangent, call.run.y, call.ty);
            }
            ++i;
        };
        (run(std::type_identity<B>{}), ...);
    }

    template <Dims In, Dims Out, class Device>
    static void backward(Device device, const TangentBackward& call, bool adds) {
        constexpr Plan p = plan<Device>(In, Out);
        std::size_t i = 0;
        const auto run = [&]<class Branch>(std::type_identity<Branch>) {
            const TangentPair to(call.run.saved, p.output[i], Out.count()), back(call.run.scratch, {}, In.count());
            const bool first = i == 0 && !adds;
            float* const dx = first || !call.run.dx ? call.run.dx : back.value;
            float* const dtx = first || !call.dtx ? call.dtx : back.tangent;
            TangentRun<Branch>::template backward<In>(
                device, call.child(p.at[i], In, Out, {call.run.x, to.value, call.run.dy, dx},
                                   {call.tx, to.tangent, call.dty, dtx}));
            if (!first) add_pair(device, call.run.batch * In.count(), back.value, back.tangent, call.run.dx, call.dtx);
            ++i;
        };
        (run(std::type_identity<B>{}), ...);
    }
};

template <class... B>
struct TangentRun<combinators::Plus<B...>> {
    using Net = combinators::Plus<B...>;
    template <class Device>
    static constexpr ShapeFault fault() {
        return first_without_tangent<Device, B...>();
    }
    template <class Device>
    static constexpr LayerMemory memory(Dims in) {
        return TangentSum<B...>::template plan<Device>(in, output_dims<Net>(in)).total;
    }
    template <Dims In, class Device>
    static void forward(Device device, const Tangent& call) {
        TangentSum<B...>::template forward<In, output_dims<Net>(In)>(device, call, false);
    }
    template <Dims In, class Device>
    static void backward(Device device, const TangentBackward& call) {
        TangentSum<B...>::template backward<In, output_dims<Net>(In)>(device, call, false);
    }
};

template <class... B, class... S>
struct TangentRun<combinators::Residual<combinators::Sequential<B...>, Projection<S...>>> {
    using Net = combinators::Residual<combinators::Sequential<B...>, Projection<S...>>;
    static constexpr bool projects = sizeof...(S) > 0;
    using Sum = std::conditional_t<projects, TangentSum<combinators::Sequential<B...>, combinators::Sequential<S...>>,
                                   TangentSum<combinators::Sequential<B...>>>;

    template <class Device>
    static constexpr ShapeFault fault() {
        return first_without_tangent<Device, B..., S...>();
    }
    template <class Device>
    static constexpr LayerMemory memory(Dims in) {
        return Sum::template plan<Device>(in, output_dims<Net>(in)).total;
    }
    template <Dims In, class Device>
    static void forward(Device device, const Tangent& call) {
        if constexpr (!projects) {
            map(device, call.run.batch * In.count(), kernels::Identity{}, call.run.y, call.run.x);
            map(device, call.run.batch * In.count(), kernels::Identity{}, call.ty, call.tx);
        }
        Sum::template forward<In, output_dims<Net>(In)>(device, call, !projects);
    }
    template <Dims In, class Device>
    static void backward(Device device, const TangentBackward& call) {
        if constexpr (!projects) {
            const long count = call.run.batch * In.count();
            if (call.run.dx) map(device, count, kernels::Identity{}, call.run.dx, call.run.dy);
            if (call.dtx) map(device, count, kernels::Identity{}, call.dtx, call.dty);
        }
        Sum::template backward<In, output_dims<Net>(In)>(device, call, !projects);
    }
};

template <int N, class... L>
struct TangentRun<combinators::Repeat<N, L...>> {
    using Block = combinators::Sequential<L...>;

    template <class Device>
    static constexpr ShapeFault fault() {
        return first_without_tangent<Device, L...>();
    }

    /// Saved: what each block keeps, then the pairs between them. Scratch: two pairs of gradients, which alternate.
    template <class Device>
    static constexpr LayerMemory memory(Dims in) {
        const LayerMemory block = TangentRun<Block>::template memory<Device>(in);
        const MemoryExtent pair = TangentPair::extent(in.count());
        LayerMemory all;
        all.saved = N * (block.saved + pair);
        all.forward_scratch = 2 * pair + block.forward_scratch;
        return all;
    }
    template <Dims In, class Device>
    static void forward(Device device, const Tangent& call) {
        const float *x = call.run.x, *tx = call.tx;
        for (int number = 0; number < N; ++number) {
            const TangentPair behind = boundary<In, Device>(call.run.saved, number);
            float* const y = number + 1 == N ? call.run.y : behind.value;
            float* const ty = number + 1 == N ? call.ty : behind.tangent;
            TangentRun<Block>::template forward<In>(device, call.child(at<In, Device>(number), In, In, x, tx, y, ty));
            x = y;
            tx = ty;
        }
    }
    template <Dims In, class Device>
    static void backward(Device device, const TangentBackward& call) {
        constexpr MemoryExtent pair = TangentPair::extent(In.count());
        const float *y = call.run.y, *ty = call.ty, *dy = call.run.dy, *dty = call.dty;
        for (int number = N - 1; number >= 0; --number) {
            const bool first = number == 0;
            const TangentPair before = boundary<In, Device>(call.run.saved, first ? 0 : number - 1);
            const TangentPair below(call.run.scratch, number % 2 * pair, In.count());
            const float *x = first ? call.run.x : before.value, *tx = first ? call.tx : before.tangent;
            float *dx = first ? call.run.dx : below.value, *dtx = first ? call.dtx : below.tangent;
            TangentRun<Block>::template backward<In>(
                device, call.child(at<In, Device>(number), In, In, {x, y, dy, dx}, {tx, ty, dty, dtx}));
            y = x;
            ty = tx;
            dy = dx;
            dty = dtx;
        }
    }

  private:
    template <Dims In, class Device>
    static constexpr LayerSlice at(int number) {
        constexpr LayerMemory block = TangentRun<Block>::template memory<Device>(In);
        LayerSlice own = number * (weights_of<Block, Device>() + LayerSlice{.saved = block.saved});
        own.scratch = 2 * TangentPair::extent(In.count());
        return own;
    }
    /// DeviceResident block `number`.
    template <Dims In, class Device>
    static TangentPair boundary(const MemoryRegion& saved, int number) {
        constexpr LayerMemory block = TangentRun<Block>::template memory<Device>(In);
        return {saved, N * block.saved + number * TangentPair::extent(In.count()), In.count()};
    }
};

template <class Name, class... L>
struct TangentRun<combinators::Let<Name, L...>> {
    using Net = combinators::Let<Name, L...>;
    using Value = typename Net::Value;

    template <class Device>
    static constexpr ShapeFault fault() {
        return first_without_tangent<Device, L...>();
    }
    /// Scratch: the gradients that the value's chain sends back to what goes by.
    template <class Device>
    static constexpr LayerMemory memory(Dims in) {
        LayerMemory memory = TangentRun<Value>::template memory<Device>(in);
        memory.forward_scratch = back(in) + memory.forward_scratch;
        return memory;
    }
    /// The call's output is the value's place.
    template <Dims In, class Device>
    static void forward(Device device, const Tangent& call) {
        TangentRun<Value>::template forward<In>(device, call);
    }
    /// Adds to what is in dx and dtx: the chain around has put there what goes by.
    template <Dims In, class Device>
    static void backward(Device device, const TangentBackward& call) {
        const NamedValue &value = value_of<Name>(call.run), &tangent = value_of<Name>(call);
        const TangentPair own(call.run.scratch, {}, Net::ignores_input ? 0 : In.count());
        float* const dx = Net::ignores_input || !call.run.dx ? nullptr : own.value;
        float* const dtx = Net::ignores_input || !call.dtx ? nullptr : own.tangent;
        TangentRun<Value>::template backward<In>(
            device, call.child({.scratch = back(In)}, In, Net::value(In), {call.run.x, value.data, value.gradient, dx},
                               {call.tx, tangent.data, tangent.gradient, dtx}));
        add_pair(device, call.run.batch * In.count(), dx, dtx, dx ? call.run.dx : nullptr, dtx ? call.dtx : nullptr);
    }

  private:
    static constexpr MemoryExtent back(Dims in) { return TangentPair::extent(Net::ignores_input ? 0 : in.count()); }
};

}  // namespace genotype::inline v0_1::detail
