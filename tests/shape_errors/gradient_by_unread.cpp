// The gradient by a name that is no input of the network.
// expect: no_layer_reads_the_name
// expect: name<other>
#include <genotype/genotype.hpp>
using namespace genotype;

struct moment : Given<Shape<1>> {};
struct other : Given<Shape<1>> {};
using Net = Sequential<Linear<3, 4>, Modulate<moment, 1, 4>>;

int main() {
    Tensor<Shape<1>> gradient(2);
    const Workspace<Net, Shape<3>, Training>::InputGradients wanted{gradient_by<other>(gradient)};  // <- here
    static_cast<void>(wanted);
}
