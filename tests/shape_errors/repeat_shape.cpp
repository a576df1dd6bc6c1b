// A repeated block that shrinks the image.
// expect: block_of_repeat_changes_the_shape
// expect: At<1>
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<Reshape<8, 16, 16>, Repeat<2, MaxPool<2>>>;  // <- here
