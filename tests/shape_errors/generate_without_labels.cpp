// A generator that reads a label, without one.
// expect: value_of_a_name_was_not_given
// expect: name<label>
#include <genotype/genotype.hpp>
using namespace genotype;

struct label : Given<Class<10>> {};
using Net = GAN<Sequential<Concat<label, 1>, Linear<9, 16>>, Sequential<Linear<16, 1>>, Hinge>;
void draw(const Trainer<Net>& trainer, const Tensor<Shape<8>>& noise) {
    trainer.generator()(noise);  // <- here
}
