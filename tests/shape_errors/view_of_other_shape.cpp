// A view of another shape than the model's workspace.
// expect: batch_has_another_shape
// expect: got<genotype::Shape<100>
// expect: wants<genotype::Shape<100, 1, 1>
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<ConvT<100, 3, 4, 1, 0>, Tanh>;
auto use(const Model<Net>& model, View<Shape<100>> noise, Workspace<Net, Shape<100, 1, 1>>& workspace) {
    return model(noise, workspace);  // <- here
}
