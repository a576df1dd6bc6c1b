// A loss between an image and a vector.
// expect: loss_does_not_fit_the_output
// expect: got<genotype::Shape<3, 4, 4>
// expect: wants<genotype::Shape<48>
#include <genotype/genotype.hpp>
using namespace genotype;

float compare_them(View<Shape<3, 4, 4>> prediction, View<Shape<48>> target) {
    return loss_between<MSE>(prediction, target);  // <- here
}
