// A network with a further input that is run without.
// expect: value_of_a_name_was_not_given
// expect: name<moment>
#include <genotype/genotype.hpp>
using namespace genotype;

struct label : Given<Class<10>> {};
struct moment : Given<Shape<1>> {};
using Net = Sequential<Linear<3, 4>, Modulate<moment, 1, 4>>;

int main() {
    Model<Net> model;
    Workspace<Net, Shape<3>> run(2);
    run.forward(model, {nullptr, 2});  // <- here
}
