// Memory of this machine, in lines of 64 bytes.
#pragma once

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>

namespace genotype::inline v0_1 {
namespace detail {

/// Asks the system to back a block that no cache holds with pages of 2 MB in place of 4 KB, whose addresses a processor
/// finds again sooner: memory is then read and written up to a third faster. Smaller blocks gain less, and would take
/// more memory, as a page is there whole or not. Only a wish: a system may have none.
inline void ask_for_huge_pages([[maybe_unused]] char* block, [[maybe_unused]] std::size_t bytes) {
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    constexpr std::size_t page = std::size_t{2} << 20, least = std::size_t{64} << 20;
    if (bytes < least) return;
    const std::size_t before = (page - reinterpret_cast<std::uintptr_t>(block) % page) % page;
    madvise(block + before, (bytes - before) / page * page, MADV_HUGEPAGE);
#endif
}

}  // namespace detail

/// What a device that computes in the machine's own memory inherits. Another device has the same six functions, is not
/// on the host, and says as `Memory` whose memory it computes in, if others compute in it too.
struct HostMemory {
    static constexpr std::size_t line_bytes = 64;
    static constexpr bool on_host = true;

    /// Zeros; 64-byte aligned. Throws std::bad_alloc. Of a large block, pages that are never touched cost nothing: the
    /// system hands zeros out, so they are not written here.
    static float* allocate(long floats) {
        const std::size_t bytes = static_cast<std::size_t>(floats) * sizeof(float);
        auto* block = static_cast<char*>(std::calloc(bytes + line_bytes, 1));
        if (!block) throw std::bad_alloc();
        detail::ask_for_huge_pages(block, bytes + line_bytes);
        // At least the 16 bytes that calloc aligns to lie before the line; the last of them says how many do.
        const std::size_t before = line_bytes - reinterpret_cast<std::uintptr_t>(block) % line_bytes;
        block[before - 1] = static_cast<char>(before);
        return reinterpret_cast<float*>(block + before);
    }
    static void release(float* data) noexcept {
        char* line = reinterpret_cast<char*>(data);
        std::free(line - line[-1]);
    }

    static void copy(const float* from, long floats, float* to) {
        if (floats > 0) std::memcpy(to, from, static_cast<std::size_t>(floats) * sizeof(float));
    }
    static void clear(float* data, long floats) {
        if (floats > 0) std::memset(data, 0, static_cast<std::size_t>(floats) * sizeof(float));
    }

    /// From the host's memory to the device's, and back.
    static void upload(const float* host, long floats, float* to) { copy(host, floats, to); }
    static void download(const float* from, long floats, float* host) { copy(from, floats, host); }
};

namespace detail {

template <class Device, bool on_host = Device::on_host>
struct MemoryOfDevice {
    using type = Device;
};
template <class Device>
struct MemoryOfDevice<Device, true> {
    using type = HostMemory;
};
template <class Device>
requires requires {
    typename Device::Memory;
}
struct MemoryOfDevice<Device, false> {
    using type = typename Device::Memory;
};

}  // namespace detail

/// Whose memory a device computes in, as a type: one for all devices that are on the host, and one for `Cuda` and what
/// is made of it.
template <class Device>
using MemoryOf = typename detail::MemoryOfDevice<Device>::type;

}  // namespace genotype::inline v0_1
