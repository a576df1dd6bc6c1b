// Residuals within residuals: the whole path, however deep.
// expect: features_do_not_match
// expect: At<1, 1, 0, 1, 1>
// expect: layer<genotype::Linear<9, 8>
#include <genotype/genotype.hpp>
using namespace genotype;

using Inner = Residual<Residual<ReLU, Residual<Linear<8, 8>, Linear<9, 8>>>, ReLU>;
using Net = Sequential<Linear<8, 8>, Residual<ReLU, Inner>>;  // <- here
