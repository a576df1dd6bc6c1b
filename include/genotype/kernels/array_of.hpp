// Arrays whose length is a signed number.
#pragma once

namespace genotype::inline v0_1::kernels::detail {

/// T[count]. The compiler wants a length without a sign; rows, lanes and threads are counted with one.
template <class T, long count>
using ArrayOf = T[static_cast<unsigned long>(count)];

}  // namespace genotype::inline v0_1::kernels::detail
