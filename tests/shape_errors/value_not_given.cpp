// A further input that is not given.
// expect: value_of_a_name_was_not_given
// expect: name<moment>
#include <genotype/genotype.hpp>
using namespace genotype;

struct label : Given<Class<10>> {};
struct moment : Given<Shape<1>> {};
using Net = Sequential<Linear<3, 4>, Modulate<moment, 1, 4>, Concat<label, 1>>;

int main() {
    Model<Net> model;
    Workspace<Net, Shape<3>> run(2);
    Tensor<Class<10>> labels(2);
    run.forward(model, {nullptr, 2}, {given<label>(labels)});  // <- here
}
