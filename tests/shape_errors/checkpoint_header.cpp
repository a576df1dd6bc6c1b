// A trainer is saved without the header that knows how.
// expect: #include <genotype/checkpoint.hpp>
#include <genotype/genotype.hpp>
using namespace genotype;

void keep(const Trainer<VAE<8, 4, 2>>& trainer) {
    trainer.save("file");  // <- here
}
