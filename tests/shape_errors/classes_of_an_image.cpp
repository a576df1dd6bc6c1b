// A cross-entropy of images.
// expect: loss_does_not_fit_the_output
// expect: loss<genotype::CrossEntropy>
// expect: got<genotype::Shape<10, 1, 1>
#include <genotype/genotype.hpp>
using namespace genotype;

float error_of(View<Shape<10, 1, 1>> scores, std::span<const int> classes) {
    return CrossEntropy::evaluate(Cpu{}, scores, classes);  // <- here
}
