// A DCGAN on 32 x 32 images: trains a generator against a discriminator, and draws what the generator dreams of.
//     build/examples/dcgan --data fashion-mnist --seconds 90
#include "dcgan_training.hpp"

int main(int argc, char** argv) {
    example::DcganSettings settings;
    example::Flags& flags = settings.flags;
    flags.epochs = 25;
    flags.learning_rate = 2e-4f;
    flags.out = "out/dcgan";
    if (!flags.parse(argc, argv, "Trains a DCGAN on 32 x 32 images.",
                     {{"--seconds", "stop after so long, whatever --epochs says (0: no limit)", &settings.seconds},
                      {"--beta1", "of Adam; 0.5 is steadier (Radford et al., 2016)", &settings.beta1}}))
        return flags.exit_code;

    return example::run([&] {
        if (flags.device == "cpu") return example::train_dcgan<genotype::Cpu>(settings);
#if defined(GENOTYPE_WITH_CUDA)
        return example::train_dcgan_on_cuda(settings);
#else
        example::no_cuda();
#endif
    });
}
