// Decoding by a decoder that reads a label, without one.
// expect: value_of_a_name_was_not_given
// expect: name<label>
#include <genotype/genotype.hpp>
using namespace genotype;

struct label : Given<Class<10>> {};
using Decoder = Sequential<Concat<label, 1>, Linear<3, 16>>;
using Net = VariationalAutoencoder<Sequential<Linear<16, 4>>, Decoder>;
void draw(const Model<Net>& model, View<Shape<2>> z, Workspace<Decoder, Shape<2>>& memory) {
    decode(model, z, memory);  // <- here
}
