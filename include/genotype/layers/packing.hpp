// What a layer that sees its buffers while its weights are packed is called with.
#pragma once

#include <concepts>
#include <type_traits>

#include "genotype/layers/pass.hpp"

namespace genotype::inline v0_1 {

/// After what weights are packed. It is in the type, because it says who may write: after values were `drawn` a layer
/// may complete them, after an `update` by a training it may change its buffers once, and where values were `loaded`,
/// from a file or another model, it only reads.
enum class PackedAfter { drawn, update, loaded };

/// One packing of a layer that says
///
///     template <class Device, PackedAfter after> static void prepare(Device, const Packing<after>&);
///
/// in place of `prepare(Device, const float* parameters, float* packed)`.
template <PackedAfter after>
struct Packing {
    std::conditional_t<after == PackedAfter::drawn, float*, const float*> parameters;
    std::conditional_t<after == PackedAfter::loaded, const float*, float*> buffers;
    PackedMemory packed;

    /// That of a child.
    constexpr Packing child(const LayerSlice& at) const {
        return {parameters + at.parameters, buffers + at.buffers, packed + at.packed};
    }
};

namespace detail {

template <class L, class Device>
concept SeesBuffers = requires(Device device, const Packing<PackedAfter::loaded>& packing) {
    L::prepare(device, packing);
};

}  // namespace detail
}  // namespace genotype::inline v0_1
