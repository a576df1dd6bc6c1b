// A model without layers.
// expect: model_has_no_layers
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<>;  // <- here
