// Whether a program runs under AddressSanitizer, where what calculates takes ten times as long.
#pragma once

#include <vector>

namespace genotype_test {

#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool instrumented = true;
#elif defined(__has_feature)
inline constexpr bool instrumented = __has_feature(address_sanitizer);
#else
inline constexpr bool instrumented = false;
#endif

/// All of them; under AddressSanitizer `few`, which take the same ways through a kernel in smaller sizes. The same file
/// without it has all numbers of all sizes.
template <class T>
std::vector<T> sized_for_sanitizers(std::vector<T> all, std::vector<T> few) {
    return instrumented ? few : all;
}

}  // namespace genotype_test
