// The version that headers state is the one that CMake was told by the package.
#include <genotype/shape/version.hpp>
#include <genotype/version.hpp>

static_assert(GENOTYPE_VERSION_MAJOR == PACKAGE_MAJOR);
static_assert(GENOTYPE_VERSION_MINOR == PACKAGE_MINOR);
static_assert(GENOTYPE_VERSION_PATCH == PACKAGE_PATCH);
static_assert(genotype::version == PACKAGE_VERSION);
