// A step of a conditional GAN, of which the discriminator reads labels, without any.
// expect: step_is_given_no_labels
// expect: wants<genotype::Class<10>
#include <genotype/genotype.hpp>
using namespace genotype;

struct label : Given<Class<10>> {};
using Net = GAN<Sequential<Concat<label, 1>, Linear<9, 16>>, Sequential<Linear<16, 8>, Project<label, 10, 8>>, Hinge>;
void train(Trainer<Net>& trainer, View<Shape<16>> batch) {
    trainer.step(batch);  // <- here
}
