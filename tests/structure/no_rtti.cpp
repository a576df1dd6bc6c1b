// Built without run-time type information (-fno-rtti): a training whose checkpoint names its types as every program's
// does. usage: no_rtti save|resume FILE
#include <cstdio>
#include <string>

#include "genotype/checkpoint.hpp"
#include "genotype/genotype.hpp"

using namespace genotype;

using Net = Sequential<Linear<4, 8>, LeakyReLU<0.2f>, Dropout<0.1f>, Linear<8, 4>>;

int main(int count, char** arguments) {
    if (count != 3) return 2;
    Trainer<Supervised<Net, MSE>> trainer({.batch = 4});
    const Tensor<Shape<4>> x = normal<Shape<4>>(4, Seed{1});
    if (arguments[1] == std::string("resume")) {
        trainer.resume(arguments[2]);
        std::printf("resumed after %ld steps\n", static_cast<long>(trainer.steps()));
        return trainer.steps() == 1 ? 0 : 1;
    }
    trainer.step(x, x);
    trainer.save(arguments[2]);
}
