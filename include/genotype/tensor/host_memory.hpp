// Memory of this machine, in lines of 64 bytes.
#pragma once

#include <cstddef>
#include <cstring>
#include <new>

namespace genotype {

/// What a device that computes in the machine's own memory inherits. Another device has the same four functions.
struct HostMemory {
    static constexpr std::size_t line_bytes = 64;

    /// Zeros; 64-byte aligned. Throws std::bad_alloc.
    static float* allocate(long floats) {
        const std::size_t bytes = static_cast<std::size_t>(floats) * sizeof(float);
        auto* data = static_cast<float*>(::operator new (bytes, std::align_val_t{line_bytes}));
        return static_cast<float*>(std::memset(data, 0, bytes));
    }
    static void release(float* data) noexcept { ::operator delete (data, std::align_val_t{line_bytes}); }

    static void copy(const float* from, long floats, float* to) {
        if (floats > 0) std::memcpy(to, from, static_cast<std::size_t>(floats) * sizeof(float));
    }
    static void clear(float* data, long floats) {
        if (floats > 0) std::memset(data, 0, static_cast<std::size_t>(floats) * sizeof(float));
    }
};

}  // namespace genotype
