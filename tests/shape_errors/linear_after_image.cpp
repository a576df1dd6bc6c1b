// A linear layer straight after an image.
// expect: wants_a_vector_but_got_a_picture
// expect: At<1>
// expect: layer<genotype::Linear<1024, 10>
// expect: got_channels<64>
// expect: wants_features<1024>
// expect: hint_insert<genotype::Flatten>
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<Conv<3, 64, 4, 2, 1>, Linear<1024, 10>>;  // <- here
