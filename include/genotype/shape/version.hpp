// The library's version as a text.
#pragma once

#include <string_view>

#include "genotype/version.hpp"

namespace genotype::inline v0_1 {

#define GENOTYPE_WORDS(...) #__VA_ARGS__
#define GENOTYPE_DOTTED(major, minor, patch) GENOTYPE_WORDS(major.minor.patch)

/// "0.1.0": what files say they were written by.
inline constexpr std::string_view version =
    GENOTYPE_DOTTED(GENOTYPE_VERSION_MAJOR, GENOTYPE_VERSION_MINOR, GENOTYPE_VERSION_PATCH);

#undef GENOTYPE_DOTTED
#undef GENOTYPE_WORDS

}  // namespace genotype::inline v0_1
