// Where packed weights lie: memory in bytes, of which their forms say what it holds.
#pragma once

#include <cstddef>

#include "genotype/memory/arena.hpp"

namespace genotype::inline v0_1 {

/// A place in packed weights that are read. `kernels::PackedForm` tells what lies there, with its type.
struct PackedWeights {
    const std::byte* at = nullptr;

    friend constexpr PackedWeights operator+(PackedWeights from, long bytes) { return {from.at + bytes}; }
};

/// A place in packed weights that are made.
struct PackedMemory {
    std::byte* at = nullptr;

    constexpr operator PackedWeights() const { return {at}; }
    friend constexpr PackedMemory operator+(PackedMemory from, long bytes) { return {from.at + bytes}; }
};

/// Owns the packed weights of a model on one device: bytes, zero at first.
template <class Device>
class PackedArena {
  public:
    explicit PackedArena(long bytes)
        : memory_((bytes + long{sizeof(float)} - 1) / long{sizeof(float)}), bytes_(bytes) {}

    PackedMemory data() { return {reinterpret_cast<std::byte*>(memory_.data())}; }
    PackedWeights data() const { return {reinterpret_cast<const std::byte*>(memory_.data())}; }
    long bytes() const { return bytes_; }

  private:
    Arena<Device> memory_;
    long bytes_ = 0;
};

}  // namespace genotype::inline v0_1
