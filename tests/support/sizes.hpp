// Which sizes of kernels a program tries: under AddressSanitizer what calculates takes ten times as long.
#pragma once

#include <vector>

namespace genotype_test {

#if defined(GENOTYPE_FEWER_SIZES)
inline constexpr bool has_fewer_sizes = true;
#else
inline constexpr bool has_fewer_sizes = false;
#endif

/// All of them; in the quick run under the sanitizers `few`, which take the same ways through a kernel in smaller
/// sizes. The same file without sanitizers has all sizes, and so has `--all` with them.
template <class T>
std::vector<T> sized_for_sanitizers(std::vector<T> all, std::vector<T> few) {
    return has_fewer_sizes ? few : all;
}

}  // namespace genotype_test
