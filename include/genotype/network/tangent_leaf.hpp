// The tangent of one layer that is no combinator: forward, then its tangent; and both backward.
#pragma once

#include <concepts>

#include "genotype/kernels/functions.hpp"
#include "genotype/layers/tangent.hpp"
#include "genotype/network/children.hpp"
#include "genotype/network/run.hpp"
#include "genotype/shape/fault.hpp"

namespace genotype::inline v0_1::detail {

/// How `L` runs with its tangent: memory, forward, backward, and which layer in it has none.
template <Layer L>
struct TangentRun {
    template <class Device>
    static constexpr ShapeFault fault() {
        if (Combinator<L> || !HasTangent<L, Device>) return {FaultKind::ability};
        return {};
    }

    /// What the tangent alone needs.
    template <class Device>
    static constexpr LayerMemory own_memory([[maybe_unused]] Dims in) {
        if constexpr (LinearMap<L>)
            return memory_of<typename L::linear_map, Device, Training>(in);
        else if constexpr (requires { L::template tangent_memory<Device>(in); })
            return L::template tangent_memory<Device>(in);
        else
            return {};
    }

    /// Saved: the layer's own, then its tangent's. `forward_scratch` is for all passes.
    template <class Device>
    static constexpr LayerMemory memory(Dims in) {
        const LayerMemory first = memory_of<L, Device, Training>(in), own = own_memory<Device>(in);
        LayerMemory all;
        all.saved = aligned(first.saved) + aligned(own.saved);
        all.forward_scratch = aligned(larger(larger(first.forward_scratch, first.backward_scratch),
                                             larger(own.forward_scratch, own.backward_scratch)));
        return all;
    }

    template <Dims In, class Device>
    static void forward(Device device, const Tangent& call) {
        run_forward<L, unknown_dims>(device, Training{}, call.run);
        Tangent own = call;
        own.own = call.run.saved.at(behind<Device>(call.run.in));
        if constexpr (LinearMap<L>) {
            Forward<Training> map = call.run.child({}, call.run.in, call.run.out, call.tx, call.ty);
            map.saved = own.own;
            map.values = call.values;
            run_forward<typename L::linear_map, unknown_dims>(device, Training{}, map);
        } else {
            L::tangent(device, own);
        }
    }

    template <Dims In, class Device>
    static void backward(Device device, const TangentBackward& call) {
        TangentBackward own = call;
        own.own = call.run.saved.at(behind<Device>(call.run.in));
        if constexpr (LinearMap<L>) {
            run_backward<L, unknown_dims>(device, call.run);
            Backward map = call.run.child({}, call.run.in, call.run.out, {call.tx, call.ty, call.dty, call.dtx});
            map.saved = own.own;
            map.values = call.values;
            map.accumulate = true;
            run_backward<typename L::linear_map, unknown_dims>(device, map);
        } else {
            L::tangent_backward(device, own);
        }
    }

  private:
    template <class Device>
    static constexpr MemoryExtent behind(Dims in) {
        return aligned(memory_of<L, Device, Training>(in).saved);
    }
};

/// The first layer without a tangent, by a combinator's children in the order of its paths.
template <class Device, class... L>
constexpr ShapeFault first_without_tangent() {
    ShapeFault found;
    int index = 0;
    const auto look = [&](ShapeFault inside) {
        if (inside && !found) found = inside.inside(index);
        ++index;
    };
    (look(TangentRun<L>::template fault<Device>()), ...);
    return found;
}

}  // namespace genotype::inline v0_1::detail
