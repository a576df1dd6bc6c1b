// A batch of another shape than the trainer's.
// expect: View<genotype::Shape<1, 28, 28>
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = VAE<784, 256, 20>;
void train(Trainer<Net>& trainer, View<Shape<1, 28, 28>> batch) {
    trainer.step(batch);  // <- here
}
