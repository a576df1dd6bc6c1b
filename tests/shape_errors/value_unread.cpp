// A value that nobody reads.
// expect: no_layer_reads_the_name
// expect: name<label>
#include <genotype/genotype.hpp>
using namespace genotype;

struct label : Given<Class<10>> {};
struct moment : Given<Shape<1>> {};
using Net = Sequential<Linear<3, 4>, Modulate<moment, 1, 4>>;

int main() {
    Model<Net> model;
    Workspace<Net, Shape<3>> run(2);
    Tensor<Shape<1>> moments(2), labels(2);
    run.forward(model, {nullptr, 2}, {given<moment>(moments), given<label>(labels)});  // <- here
}
