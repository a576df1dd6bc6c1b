// Replaces the global allocator by one that counts. For one translation unit of a program.
#pragma once

#include <dlfcn.h>

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define COUNTED_BY_SANITIZER
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define COUNTED_BY_SANITIZER
#endif

namespace counted {

inline std::atomic<long> news{0};     // calls of operator new, of whichever form
inline std::atomic<long> mallocs{0};  // calls of malloc and its like, also by libraries; only where they can be counted
inline std::atomic<long> of_openmp{0};  // those that OpenMP's runtime makes for its teams of threads; not in `mallocs`

#if defined(__GLIBC__) && !defined(COUNTED_BY_SANITIZER)
inline constexpr bool counts_mallocs = true;
#else
inline constexpr bool counts_mallocs = false;
#endif

/// The library that OpenMP's runtime is, by its address; null before the program's start and where there is none.
inline void* const openmp = [] {
    Dl_info library{};
    void* function = dlsym(RTLD_DEFAULT, "omp_get_max_threads");
    return function && dladdr(function, &library) ? library.dli_fbase : nullptr;
}();

/// Counts a call of malloc that returns to `caller`.
inline void count(void* caller) {
    Dl_info library{};
    const bool by_openmp = openmp && dladdr(caller, &library) && library.dli_fbase == openmp;
    ++(by_openmp ? of_openmp : mallocs);
}

inline void* allocate(std::size_t bytes, std::size_t alignment = alignof(std::max_align_t)) {
    ++news;
    bytes = (bytes + alignment - 1) / alignment * alignment;
    return std::aligned_alloc(alignment, bytes > 0 ? bytes : alignment);
}
inline void* allocate_or_throw(std::size_t bytes, std::size_t alignment = alignof(std::max_align_t)) {
    if (void* memory = allocate(bytes, alignment)) return memory;
    throw std::bad_alloc();
}

}  // namespace counted

// NOLINTBEGIN(misc-definitions-in-headers)
void* operator new(std::size_t bytes) {
    return counted::allocate_or_throw(bytes);
}
void* operator new[](std::size_t bytes) {
    return counted::allocate_or_throw(bytes);
}
void* operator new(std::size_t bytes, std::align_val_t a) {
    return counted::allocate_or_throw(bytes, static_cast<std::size_t>(a));
}
void* operator new[](std::size_t bytes, std::align_val_t a) {
    return counted::allocate_or_throw(bytes, static_cast<std::size_t>(a));
}
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
    return counted::allocate(bytes);
}
void* operator new[](std::size_t bytes, const std::nothrow_t&) noexcept {
    return counted::allocate(bytes);
}
void* operator new(std::size_t bytes, std::align_val_t a, const std::nothrow_t&) noexcept {
    return counted::allocate(bytes, static_cast<std::size_t>(a));
}
void* operator new[](std::size_t bytes, std::align_val_t a, const std::nothrow_t&) noexcept {
    return counted::allocate(bytes, static_cast<std::size_t>(a));
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete[](void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
    std::free(memory);
}
void operator delete[](void* memory, std::align_val_t) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
    std::free(memory);
}
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept {
    std::free(memory);
}
void operator delete(void* memory, const std::nothrow_t&) noexcept {
    std::free(memory);
}
void operator delete[](void* memory, const std::nothrow_t&) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::align_val_t, const std::nothrow_t&) noexcept {
    std::free(memory);
}
void operator delete[](void* memory, std::align_val_t, const std::nothrow_t&) noexcept {
    std::free(memory);
}

#if defined(__GLIBC__) && !defined(COUNTED_BY_SANITIZER)
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);

void* malloc(std::size_t bytes) {
    counted::count(__builtin_return_address(0));
    return __libc_malloc(bytes);
}
void* calloc(std::size_t count, std::size_t bytes) {
    counted::count(__builtin_return_address(0));
    return __libc_calloc(count, bytes);
}
void* realloc(void* memory, std::size_t bytes) {
    counted::count(__builtin_return_address(0));
    return __libc_realloc(memory, bytes);
}
void* memalign(std::size_t alignment, std::size_t bytes) {
    counted::count(__builtin_return_address(0));
    return __libc_memalign(alignment, bytes);
}
void* aligned_alloc(std::size_t alignment, std::size_t bytes) {
    return memalign(alignment, bytes);
}
int posix_memalign(void** memory, std::size_t alignment, std::size_t bytes) {
    *memory = memalign(alignment, bytes);
    return *memory ? 0 : 12;  // ENOMEM
}
}
#endif
// NOLINTEND(misc-definitions-in-headers)
