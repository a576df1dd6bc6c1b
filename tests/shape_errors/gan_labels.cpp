// A discriminator that reads labels of other classes than the generator.
// expect: networks_read_labels_of_other_classes
// expect: got<genotype::Class<12>
// expect: wants<genotype::Class<10>
#include <genotype/genotype.hpp>
using namespace genotype;

struct label : Given<Class<10>> {};
struct kind : Given<Class<12>> {};
using Generator = Sequential<Concat<label, 1>, Linear<9, 16>>;
using Net = GAN<Generator, Sequential<Linear<16, 8>, Project<kind, 12, 8>>, Hinge>;  // <- here
