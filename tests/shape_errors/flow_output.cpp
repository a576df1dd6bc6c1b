// A network of a flow whose velocity is of another shape than the sample.
// expect: network_must_give_the_shape_of_its_input
// expect: Shape<3>
// expect: Shape<2>
#include <genotype/flow.hpp>
using namespace genotype;

struct moment : Given<Shape<1>> {};
using Net = Sequential<Linear<2, 8>, Modulate<moment, 1, 8>, SiLU, Linear<8, 3>>;
using Flow = FlowMatching<Net, Shape<2>>;  // <- here
int main() {}
