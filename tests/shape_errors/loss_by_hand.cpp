// A loss that is called by hand with a target of another shape.
// expect: loss_does_not_fit_the_output
// expect: loss<genotype::MSE>
// expect: got<genotype::Shape<4>
// expect: wants<genotype::Shape<2>
#include <genotype/genotype.hpp>
using namespace genotype;

float error_of(View<Shape<4>> prediction, const Tensor<Shape<2>>& target) {
    return MSE::evaluate(Cpu{}, prediction, target);  // <- here
}
