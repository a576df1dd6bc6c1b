// A value of another shape than its name tells.
// expect: value_has_another_shape
// expect: name<moment>
// expect: Shape<2>
// expect: Shape<1>
#include <genotype/genotype.hpp>
using namespace genotype;

struct label : Given<Class<10>> {};
struct moment : Given<Shape<1>> {};
using Net = Sequential<Linear<3, 4>, Modulate<moment, 1, 4>, Concat<label, 1>>;

int main() {
    Tensor<Shape<2>> moments(2);
    given<moment>(moments);  // <- here
}
