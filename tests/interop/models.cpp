// Combinators and whole models beside PyTorch's modules of models.py. usage: interop_models FOLDER
#include "interop/modules.hpp"
#include "support/dcgan.hpp"

using namespace genotype;
using interop::module;

namespace {

using Nested = Sequential<Sequential<Linear<12, 16>, GELU>, Sequential<Sequential<Linear<16, 16>, BN<16>>, Tanh>>;
using Repeated = Repeat<3, Linear<12, 12>, LayerNorm<12>, SiLU>;
using Plain = Residual<Conv<6, 6, 3, 1, 1>, BN<6>, ReLU>;
using Projected = Residual<Conv<6, 10, 3, 2, 1, Bias>, BN<10>, ReLU, Projection<Conv<6, 10, 1, 2>, BN<10>>>;

using Classifier = Sequential<                                                           //
    Conv<1, 16, 3, 1, 1>, BN<16>, ReLU, MaxPool<2>,                                      //
    Residual<Conv<16, 16, 3, 1, 1>, BN<16>, ReLU, Conv<16, 16, 3, 1, 1>, BN<16>>, ReLU,  //
    Residual<Conv<16, 32, 3, 2, 1>, BN<32>, ReLU, Conv<32, 32, 3, 1, 1>, BN<32>,         //
             Projection<Conv<16, 32, 1, 2>, BN<32>>>,                                    //
    ReLU, Repeat<2, Residual<GroupNorm<4, 32>, SiLU, Conv<32, 32, 3, 1, 1, Bias>>>,      //
    GlobalAvgPool, Flatten, Linear<32, 10>>;                                             //
using ImageVae = VAE<784, 256, 20>;

}  // namespace

int main(int count, char** arguments) {
    return interop::run_table(count, arguments, [](const std::filesystem::path& folder) {
        module<Nested, Shape<12>>(folder, "nested");
        module<Repeated, Shape<12>>(folder, "repeat");
        module<Plain, Shape<6, 8, 10>>(folder, "residual");
        module<Projected, Shape<6, 8, 10>>(folder, "residual_projection");
        module<Classifier, Shape<1, 28, 28>>(folder, "residual_classifier");
        module<dcgan::Generator, Shape<100, 1, 1>>(folder, "dcgan_generator");
        module<dcgan::Discriminator, Shape<3, 32, 32>>(folder, "dcgan_discriminator");
        module<ImageVae, Shape<784>>(folder, "vae");
        module<ImageVae::Encoder, Shape<784>>(folder, "vae_encoder");
        module<ImageVae::Decoder, Shape<20>>(folder, "vae_decoder");
    });
}
