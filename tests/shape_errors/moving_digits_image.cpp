// Videos of an image's shape.
// expect: moving digits are grey videos: Shape<1, frames, height, width>
#include <genotype/data/moving_digits.hpp>
#include <genotype/genotype.hpp>
using namespace genotype;

using Videos = MovingDigits<Shape<1, 32, 32>>;
static_assert(sizeof(Videos) > 0);  // <- here
