// One block of a device's memory with one owner.
#pragma once

#include <utility>

#include "genotype/memory/host_memory.hpp"

namespace genotype::inline v0_1 {

/// Owns `size` floats, zero at first, on a device; moves but does not copy by accident.
template <class Memory = HostMemory>
class Arena {
  public:
    using memory = MemoryOf<Memory>;

    Arena() = default;
    // Neither is inlined: what owns arenas has many, and destroys each in many places.
    [[gnu::noinline]] explicit Arena(long size) : data_(size > 0 ? Memory::allocate(size) : nullptr), size_(size) {}
    Arena(Arena&& other) noexcept : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
    Arena& operator=(Arena&& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        return *this;
    }
    [[gnu::noinline]] ~Arena() {
        if (data_) Memory::release(data_);
    }

    /// The same values in memory of their own.
    [[gnu::noinline]] Arena clone() const {
        Arena copy(size_);
        Memory::copy(data_, size_, copy.data_);
        return copy;
    }

    float* data() { return data_; }
    const float* data() const { return data_; }
    long size() const { return size_; }

  private:
    float* data_ = nullptr;
    long size_ = 0;
};

}  // namespace genotype::inline v0_1
