// The gradient by a label, which is a class's number.
// expect: label_has_no_gradient
// expect: name<label>
#include <genotype/genotype.hpp>
using namespace genotype;

struct label : Given<Class<10>> {};

int main() {
    Tensor<Class<10>> gradient(2);
    gradient_by<label>(gradient);  // <- here
}
