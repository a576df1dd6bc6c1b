// A batch of another shape than the trainer's.
// expect: batch_has_another_shape
// expect: got<genotype::Shape<1, 28, 28>
// expect: wants<genotype::Shape<784>
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = VAE<784, 256, 20>;
void train(Trainer<Net>& trainer, View<Shape<1, 28, 28>> batch) {
    trainer.step(batch);  // <- here
}
