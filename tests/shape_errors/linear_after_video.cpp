// A linear layer straight after a video.
// expect: wants_a_vector_but_got_a_video
// expect: At<1>
// expect: layer<genotype::Linear<1024, 10>
// expect: hint_insert<genotype::Flatten>
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<Conv3d<3, 64, 4, 2, 1>, Linear<1024, 10>>;  // <- here
