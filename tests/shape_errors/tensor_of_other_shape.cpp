// A tensor whose channels are not the model's.
// expect: channels_do_not_match
// expect: got_channels<64>
// expect: wants_channels<100>
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<ConvT<100, 3, 4, 1, 0>, Tanh>;
auto use(const Model<Net>& model, const Tensor<Shape<64, 1, 1>>& noise) {
    return model(noise);  // <- here
}
