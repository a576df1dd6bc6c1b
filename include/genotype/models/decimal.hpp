// A float of a config as a quotient in a type.
#pragma once

#include <ratio>

namespace genotype::inline v0_1::detail {

/// The epsilon of a norm, in millionths of a millionth: `Decimal<1e-5f>` is std::ratio<1, 100000>.
template <float value>
struct DecimalOf {
    static constexpr long million = 1'000'000;
    using type = typename std::ratio<static_cast<long>(static_cast<double>(value) * million * million + 0.5),
                                     million * million>::type;
    static_assert(static_cast<float>(static_cast<double>(type::num) / type::den) == value,
                  "an epsilon has no more than 12 decimals");
};
template <float value>
using Decimal = typename DecimalOf<value>::type;

}  // namespace genotype::inline v0_1::detail
