// Packed weights by type: what a device makes of a layer's parameters ahead of its runs.
#pragma once

#include <array>
#include <cstddef>
#include <type_traits>

#include "genotype/memory/host_memory.hpp"
#include "genotype/memory/packed.hpp"

namespace genotype::inline v0_1::kernels {

/// Weights as a kernel reads them: the plain form, and the device's own form made by `pack` (null where it has none).
template <class T>
struct WeightsIn {
    const float* plain = nullptr;
    const T* packed = nullptr;
};
using ConvWeights = WeightsIn<float>;

/// A form of packed weights: `count` objects of type T, one after another. A device says by overloads of `packed_form`
/// which one it has of a geometry: `PackedForm<float>` for panels and transforms, `PackedForm<StoredMatrix>` for a
/// matrix that stays as a file has it; no objects, where its kernels read the plain weights.
template <class T>
struct PackedForm {
    // Bytes that the host copies to a device are the object there, and it is not destroyed.
    static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);
    /// Each form begins on a line of memory, which is enough for any.
    static constexpr long alignment = HostMemory::line_bytes;
    static_assert(alignof(T) <= alignment);

    long count = 0;

    constexpr long bytes() const { return count * static_cast<long>(sizeof(T)); }
    /// The objects in the memory of a layer's packed weights.
    const T* in(PackedWeights memory) const { return reinterpret_cast<const T*>(memory.at); }
    T* in(PackedMemory memory) const { return reinterpret_cast<T*>(memory.at); }
    /// What a product reads.
    WeightsIn<T> weights(const float* plain, PackedWeights memory) const { return {plain, in(memory)}; }
};

/// Bytes up to the line on which the next form begins.
constexpr long whole_lines(long bytes) {
    constexpr long line = HostMemory::line_bytes;
    return (bytes + line - 1) / line * line;
}

/// The forms of a layer that has several, one behind another.
template <class... Form>
class PackedForms {
  public:
    constexpr explicit PackedForms(const Form&... forms) {
        std::size_t index = 0;
        ((begins_[index + 1] = whole_lines(begins_[index] + forms.bytes()), ++index), ...);
    }

    constexpr long bytes() const { return begins_[sizeof...(Form)]; }
    /// Where form `index` begins.
    constexpr long offset(std::size_t index) const { return begins_[index]; }
    template <class Memory>
    Memory in(Memory memory) const {
        return memory;
    }

  private:
    std::array<long, sizeof...(Form) + 1> begins_{};
};

}  // namespace genotype::inline v0_1::kernels
