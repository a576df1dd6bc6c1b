// The library's version: what CMake's project has, and what files say they were written by.
#pragma once

#include <string_view>

namespace genotype {

inline constexpr std::string_view version = "0.1.0";

}  // namespace genotype
