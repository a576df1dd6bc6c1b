// What a layer with tangents is called with: the derivative of its output along a direction, and the backward of that.
#pragma once

#include "genotype/layers/pass.hpp"

namespace genotype::inline v0_1 {

/// One call of a tangent: with J the derivative of the layer's output by its input at x, ty = J tx. `run` is the call
/// of `forward` that has been made; behind what that keeps lies what the tangent keeps, see `own`.
/// PyTorch equivalent: torch.func.jvp.
struct Tangent {
    Forward<Training> run;
    const float* tx;
    float* ty;
    MemoryRegion own;                    // saved until backward: `tangent_memory`'s
    const NamedValue* values = nullptr;  // the tangents of the names that layers read

    /// The call of a child, as in `Forward`. `own` is empty: what a combinator keeps lies in `run.saved`.
    constexpr Tangent child(const LayerSlice& at, Dims from, Dims to, const float* x, const float* from_tx, float* y,
                            float* to_ty) const {
        return {run.child(at, from, to, x, y), from_tx, to_ty, {}, values};
    }
};

/// One backward call through output and tangent. Of a function of y and ty with the gradients `run.dy` and `dty`, it
/// writes those by x to `run.dx` and by tx to `dtx`, and those by the parameters to `run.gradients`, each where that is
/// not null. x and y are there for all layers.
/// PyTorch equivalent: torch.autograd.grad through torch.func.jvp.
struct TangentBackward {
    Backward run;
    const float *tx, *ty, *dty;
    float* dtx;
    MemoryRegion own;
    const NamedValue* values = nullptr;

    /// The data of a child's call beside those of `Backward::Data`.
    struct Data {
        const float *tx, *ty, *dty;
        float* dtx;
    };
    constexpr TangentBackward child(const LayerSlice& at, Dims from, Dims to, const Backward::Data& data,
                                    const Data& tangent) const {
        return {run.child(at, from, to, data), tangent.tx, tangent.ty, tangent.dty, tangent.dtx, {}, values};
    }
};

/// A layer that is a linear map of its input (and of the values that it reads) and at most adds something that depends
/// on neither. It names the layer without that: `using linear_map = Linear<in, out, NoBias>`, whose parameters begin
/// as its own do. Nothing more is to be said for its tangent.
template <class L>
concept LinearMap = requires {
    typename L::linear_map;
};

/// A layer with tangents: a linear map, or one that says
///
///     template <class Device> static void tangent(Device, const Tangent&);
///     template <class Device> static void tangent_backward(Device, const TangentBackward&);
///     template <class Device> static constexpr LayerMemory tangent_memory(Dims in);  // if it needs any
template <class L, class Device>
concept HasTangent = LinearMap<L> ||
    requires(const Device& device, const Tangent& call, const TangentBackward& backward) {
    L::tangent(device, call);
    L::tangent_backward(device, backward);
};

}  // namespace genotype::inline v0_1
