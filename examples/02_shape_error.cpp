// A wrong shape is a sentence of the compiler; a wrong batch, which is a number at run time, is an Error.
//     g++ -std=c++20 -O2 -march=native -fopenmp -I include examples/02_shape_error.cpp
//     build/examples/02_shape_error
//     g++ -std=c++20 -fopenmp -I include -DSHOW_THE_ERROR -fsyntax-only examples/02_shape_error.cpp
#include <cstdio>
#include <genotype/genotype.hpp>

using namespace genotype;

using Discriminator = Sequential<
    Conv<3, 64, 4, 2, 1>, LeakyReLU<0.2f>,
    Conv<64, 128, 4, 2, 1>, BN<128>, LeakyReLU<0.2f>,
    Conv<128, 1, 8, 1, 0>, Sigmoid>;
using Image = Shape<3, 32, 32>;

#if defined(SHOW_THE_ERROR)
// BN<64> stands behind 128 channels. The alias alone is refused: nothing has to be made of it, and no input shape is
// needed. GCC and Clang both print this type, in which one reads "layer 3 got 128 channels and wants 64":
//
// why::channels_do_not_match<genotype::why::At<3>, genotype::why::layer<genotype::v0_1::BN<64> >,
//     genotype::why::got_channels<128>, genotype::why::wants_channels<64> >
using Wrong = Sequential<
    Conv<3, 64, 4, 2, 1>, LeakyReLU<0.2f>,
    Conv<64, 128, 4, 2, 1>, BN<64>, LeakyReLU<0.2f>,
    Conv<128, 1, 8, 1, 0>, Sigmoid>;
#endif

int main() {
    std::puts(summary<Discriminator, Image>(16).c_str());

    const Model<Discriminator> model(Seed{1});
    Workspace<Discriminator, Image> memory(16);
    const Tensor<Image> sixteen = normal<Image>(16, Seed{2}), seventeen = normal<Image>(17, Seed{2});
    std::printf("a batch of 16: the first output is %.3f\n", model(sixteen, memory)(0, 0));

    // One type for all faults at run time. It names the place, what was found, and what was expected.
    try {
        model(seventeen, memory);
    } catch (const Error& error) {
        std::printf("a batch of 17: %s\n", error.what());
        return 0;
    }
    return 1;
}
