// The tangent of layers in a row. Every value between two layers has a place of its own, and so has its tangent.
#pragma once

#include <algorithm>
#include <array>
#include <utility>

#include "genotype/network/sequential.hpp"
#include "genotype/network/tangent_leaf.hpp"

namespace genotype::inline v0_1::detail {

/// Two blocks of as many floats a sample: a value and its tangent, or the gradients by both.
struct TangentPair {
    float *value, *tangent;

    constexpr TangentPair(const MemoryRegion& region, MemoryExtent at, long floats)
        : value(region.at(at).per_sample), tangent(region.at(at + MemoryExtent{aligned(floats), 0}).per_sample) {}

    static constexpr MemoryExtent extent(long floats) { return {2 * aligned(floats), 0}; }
};

/// Adds to both of a pair, or to none where they are not requested.
template <class Device>
void add_pair(Device device, long count, const float* value, const float* tangent, float* to_value, float* to_tangent) {
    if (to_value) update(device, count, kernels::AddTo{}, value, to_value);
    if (to_tangent) update(device, count, kernels::AddTo{}, tangent, to_tangent);
}

/// Where a chain of N layers has what. Gradients between two layers alternate between two places of scratch.
template <std::size_t N>
struct TangentPlan {
    std::array<Dims, N + 1> dims{};
    std::array<LayerSlice, N> at{};
    std::array<MemoryExtent, N + 1> boundary{};             // saved: the pair before layer b
    std::array<Dims, N> value_dims{};                       // of what a layer binds by a name
    std::array<MemoryExtent, N> value{},
        value_gradient{};  // saved: the pair that it works out; and the gradients by it
    MemoryExtent gradient{};                                // scratch: one of the two places
    LayerMemory total{};
};

template <class... L>
struct TangentRun<combinators::Sequential<L...>> {
    static constexpr std::size_t size = sizeof...(L);
    static constexpr std::array<bool, size> binds{Binds<L>...};
    static constexpr std::array<std::string_view, size> names{bound_name<L>()...};

    template <class Device>
    static constexpr ShapeFault fault() {
        return first_without_tangent<Device, L...>();
    }

    template <class Device>
    static constexpr TangentPlan<size> plan(Dims in) {
        TangentPlan<size> p;
        p.dims[0] = in;
        LayerSlice next;
        MemoryExtent scratch;
        std::size_t index = 0;
        const auto place = [&]<class Layer>(std::type_identity<Layer>) {
            const Dims from = p.dims[index];
            const LayerMemory memory = TangentRun<Layer>::template memory<Device>(from);
            p.at[index] = next;
            next = next + weights_of<Layer, Device>();
            next.saved = next.saved + memory.saved;
            scratch = larger(scratch, memory.forward_scratch);
            if constexpr (Binds<Layer>) {
                p.value_dims[index] = Layer::value(from);
                const MemoryExtent pair = TangentPair::extent(p.value_dims[index].count());
                p.value[index] = next.saved;
                if (Layer::computes) next.saved = next.saved + pair;
                p.value_gradient[index] = next.saved;
                next.saved = next.saved + pair;
            }
            p.dims[++index] = output_dims<Layer>(from);
        };
        (place(std::type_identity<L>{}), ...);
        for (std::size_t b = 1; b < size; ++b) {
            const MemoryExtent pair = TangentPair::extent(p.dims[b].count());
            p.boundary[b] = next.saved;
            if (!binds[b - 1]) next.saved = next.saved + pair;
            p.gradient = larger(p.gradient, pair);
        }
        for (LayerSlice& slice : p.at) slice.scratch = 2 * p.gradient;
        p.total.saved = next.saved;
        p.total.forward_scratch = 2 * p.gradient + scratch;
        return p;
    }
    template <Dims In, class Device>
    static constexpr TangentPlan<size> planned = plan<Device>(In);

    template <class Device>
    static constexpr LayerMemory memory(Dims in) {
        return plan<Device>(in).total;
    }

    template <Dims In, class Device>
    static void forward(Device device, const Tangent& call) {
        forward_steps<In>(device, call, std::make_index_sequence<size>{});
    }
    template <Dims In, class Device>
    static void backward(Device device, const TangentBackward& call) {
        backward_steps<In>(device, call, std::make_index_sequence<size>{});
    }

  private:
    using Lists = std::array<NamedValue, size>;

    /// What goes into layer b: a layer that binds a name hands its input on.
    template <Dims In, class Device>
    static std::pair<const float*, const float*> entering(const MemoryRegion& saved, std::size_t b, const float* x,
                                                          const float* tx) {
        constexpr auto& p = planned<In, Device>;
        while (b > 0 && binds[b - 1]) --b;
        if (b == 0) return {x, tx};
        const TangentPair pair(saved, p.boundary[b], p.dims[b].count());
        return {pair.value, pair.tangent};
    }

    template <Dims In, class Device, std::size_t... I>
    static void forward_steps(Device device, const Tangent& call, std::index_sequence<I...>) {
        constexpr auto& p = planned<In, Device>;
        [[maybe_unused]] Lists values, tangents;
        Tangent now = call;
        const auto step = [&]<std::size_t i, class Layer>(std::integral_constant<std::size_t, i>,
                                                          std::type_identity<Layer>) {
            const auto [x, tx] = entering<In, Device>(call.run.saved, i, call.run.x, call.tx);
            const bool last = i + 1 == size;
            const TangentPair behind(call.run.saved, p.boundary[i + 1], p.dims[i + 1].count());
            float *y = last ? call.run.y : behind.value, *ty = last ? call.ty : behind.tangent;
            if constexpr (Binds<Layer>) {
                values[i] = {names[i], x, nullptr, now.run.values};
                tangents[i] = {names[i], tx, nullptr, now.values};
                if constexpr (Layer::computes) {
                    const TangentPair value(call.run.saved, p.value[i], p.value_dims[i].count());
                    TangentRun<Layer>::template forward<(planned<In, Device>.dims[i])>(
                        device, now.child(p.at[i], p.dims[i], p.value_dims[i], x, tx, value.value, value.tangent));
                    values[i].data = value.value;
                    tangents[i].data = value.tangent;
                }
                now.run.values = &values[i];
                now.values = &tangents[i];
            } else {
                TangentRun<Layer>::template forward<(planned<In, Device>.dims[i])>(
                    device, now.child(p.at[i], p.dims[i], p.dims[i + 1], x, tx, y, ty));
            }
        };
        (step(std::integral_constant<std::size_t, I>{}, std::type_identity<L>{}), ...);
    }

    template <Dims In, class Device, std::size_t... I>
    static void backward_steps(Device device, const TangentBackward& call, std::index_sequence<I...>) {
        constexpr auto& p = planned<In, Device>;
        const Backward& run = call.run;
        [[maybe_unused]] Lists values, tangents;
        TangentBackward now = call;
        const auto bind = [&]<std::size_t i, class Layer>(std::integral_constant<std::size_t, i>,
                                                          std::type_identity<Layer>) {
            if constexpr (Binds<Layer>) {
                const long count = p.value_dims[i].count();
                const auto [x, tx] = entering<In, Device>(run.saved, i, run.x, call.tx);
                const TangentPair value(run.saved, p.value[i], count), gradient(run.saved, p.value_gradient[i], count);
                Device::clear(gradient.value, run.batch * count);
                Device::clear(gradient.tangent, run.batch * count);
                values[i] = {names[i], Layer::computes ? value.value : x, gradient.value, now.run.values};
                tangents[i] = {names[i], Layer::computes ? value.tangent : tx, gradient.tangent, now.values};
                now.run.values = &values[i];
                now.values = &tangents[i];
            }
        };
        (bind(std::integral_constant<std::size_t, I>{}, std::type_identity<L>{}), ...);
        const auto step = [&]<std::size_t i, class Layer>(std::integral_constant<std::size_t, i>,
                                                          std::type_identity<Layer>) {
            const auto [x, tx] = entering<In, Device>(run.saved, i, run.x, call.tx);
            const auto [y, ty] =
                i + 1 == size ? std::pair{run.y, call.ty} : entering<In, Device>(run.saved, i + 1, run.x, call.tx);
            const TangentPair above(run.scratch, (i + 1) % 2 * p.gradient, p.dims[i + 1].count());
            const TangentPair below(run.scratch, i % 2 * p.gradient, p.dims[i].count());
            const float *dy = i + 1 == size ? run.dy : above.value, *dty = i + 1 == size ? call.dty : above.tangent;
            float *dx = i == 0 ? run.dx : below.value, *dtx = i == 0 ? call.dtx : below.tangent;
            const Backward::Data data{x, y, dy, dx};
            const TangentBackward::Data tangent{tx, ty, dty, dtx};
            if constexpr (Binds<Layer>) {
                const long here = run.batch * p.dims[i].count();
                if (dx) map(device, here, kernels::Identity{}, dx, dy);
                if (dtx) map(device, here, kernels::Identity{}, dtx, dty);
                if constexpr (Layer::computes)
                    TangentRun<Layer>::template backward<(planned<In, Device>.dims[i])>(
                        device, now.child(p.at[i], p.dims[i], p.value_dims[i], data, tangent));
                else
                    add_pair(device, here, values[i].gradient, tangents[i].gradient, dx, dtx);
            } else {
                TangentRun<Layer>::template backward<(planned<In, Device>.dims[i])>(
                    device, now.child(p.at[i], p.dims[i], p.dims[i + 1], data, tangent));
            }
        };
        (step(std::integral_constant<std::size_t, size - 1 - I>{},
              std::type_identity<nth<static_cast<int>(size - 1 - I), L...>>{}),
         ...);
    }
};

}  // namespace genotype::inline v0_1::detail
