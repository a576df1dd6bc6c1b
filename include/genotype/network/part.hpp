// A model, or one child of it, seen as a model: its ranges of the arenas.
#pragma once

#include "genotype/network/weights.hpp"

namespace genotype::inline v0_1 {

/// A view of weights that somebody else owns, with the members that a Workspace reads.
struct WeightsView {
    /// An arena of which only the place is known.
    template <class Place>
    struct Pointer {
        Place at;
        Place data() const { return at; }
    };
    Pointer<float*> parameters, buffers;
    Pointer<PackedMemory> packed;
};

/// All of a model's weights.
template <class Owner>
WeightsView view_of(const Owner& weights) {
    // The arenas' owner decides who may write: inference writes nothing, and a trainer owns its model.
    auto& owned = const_cast<Owner&>(weights);
    return {{owned.parameters.data()}, {owned.buffers.data()}, {owned.packed.data()}};
}

/// Child `Index` of a combinator's weights.
template <int Index, Layer Net, class Device>
WeightsView part(const ModelWeights<Net, Device>& weights) {
    WeightsView view = view_of(weights);
    int number = 0;
    for_each_slice<Net, Device>([&](auto, ChildName, const LayerSlice& at) {
        if (number++ != Index) return;
        view.parameters.at += at.parameters;
        view.buffers.at += at.buffers;
        view.packed.at = view.packed.at + at.packed;
    });
    return view;
}

}  // namespace genotype::inline v0_1
