// The library's version, in the one place where it is stated: CMake's project reads these lines, files say what they
// were written by, and programs may ask by #if. Macros alone, so that no name of a program's own is taken.
#pragma once

#define GENOTYPE_VERSION_MAJOR 0
#define GENOTYPE_VERSION_MINOR 1
#define GENOTYPE_VERSION_PATCH 0
