// Numbers that a layer's type may be given behind its sizes.
#pragma once

#include <initializer_list>

namespace genotype::inline v0_1::detail {

/// Number `index` of `given`, or `otherwise` where there are fewer. A pack in place of default arguments: compilers and
/// files call a layer without them as ever, `BN<256>`.
template <float... given>
constexpr float number_or(unsigned long index, float otherwise) {
    const std::initializer_list<float> all{given...};
    return index < all.size() ? all.begin()[index] : otherwise;
}

}  // namespace genotype::inline v0_1::detail
