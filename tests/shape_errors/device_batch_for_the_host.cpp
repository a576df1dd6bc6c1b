// A batch in a device's memory, for a trainer that takes the host's.
// expect: batch_is_in_another_memory
// expect: got<Far>
// expect: wants<genotype::HostMemory>
#include <genotype/genotype.hpp>
using namespace genotype;

struct Far : Cpu {
    static constexpr bool on_host = false;
};
using Net = VAE<784, 256, 20>;
void train(Trainer<Net>& trainer, ViewOn<Shape<784>, Far> batch) {
    trainer.step(batch);  // <- here
}
