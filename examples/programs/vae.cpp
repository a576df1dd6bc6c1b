// A variational autoencoder on 28 x 28 grey images: reduces 784 values to 20 latents, and draws new images of them.
//     build/examples/vae --data fashion-mnist
#include "vae_training.hpp"

int main(int argc, char** argv) {
    example::VaeSettings settings;
    example::Flags& flags = settings.flags;
    flags.out = "out/vae";
    if (!flags.parse(argc, argv, "Trains a variational autoencoder (784, 256, 20) on 28 x 28 grey images.",
                     {{"--beta", "weight of the KL", &settings.beta},
                      {.name = "--mean-per-value",
                       .help = "divide the squared error by 784, which lets the KL swallow the latents",
                       .is_on = &settings.mean_per_value}}))
        return flags.exit_code;

    return example::run([&] {
        if (flags.device == "cpu") return example::train_vae<genotype::Cpu>(settings);
#if defined(GENOTYPE_WITH_CUDA)
        return example::train_vae_on_cuda(settings);
#else
        example::no_cuda();
#endif
    });
}
