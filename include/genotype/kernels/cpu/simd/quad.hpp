// Four floats, by the names that kernels call them.
#pragma once

#include "genotype/memory/quad.hpp"

namespace genotype::inline v0_1::kernels::detail {

using genotype::detail::load_quad;
using genotype::detail::Quad;
using genotype::detail::store_quad;
using genotype::detail::transpose;
using genotype::detail::transpose_square;

}  // namespace genotype::inline v0_1::kernels::detail
