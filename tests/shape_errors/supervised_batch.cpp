// A batch of another shape than the network's, with labels.
// expect: batch_has_another_shape
// expect: got<genotype::Shape<1, 28, 28>
// expect: wants<genotype::Shape<784>
#include <genotype/data.hpp>
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<Linear<784, 10>>;
void train(Trainer<Supervised<Net, CrossEntropy>>& trainer, const LabelledBatch<Shape<1, 28, 28>>& batch) {
    trainer.step(batch);  // <- here
}
