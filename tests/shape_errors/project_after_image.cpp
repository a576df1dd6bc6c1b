// A Project straight behind a convolution.
// expect: wants_a_vector_but_got_a_picture
// expect: At<1>
// expect: layer<genotype::Project<label, 10, 64>
// expect: wants_features<64>
// expect: hint_insert<genotype::Flatten>
#include <genotype/genotype.hpp>
using namespace genotype;

struct label : Given<Class<10>> {};
using Net = Sequential<Conv<1, 64, 4, 2, 1>, Project<label, 10, 64>>;  // <- here
int main() {}
