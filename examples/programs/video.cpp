// A variational autoencoder, or flow matching, on videos of two digits that move and bounce: eight frames of 32 x 32.
//     build/examples/video --data mnist --seconds 240
//     build/examples/video --model flow --data mnist --seconds 240
#include "video_training.hpp"
#include "video_vae.hpp"

int main(int argc, char** argv) {
    example::VideoSettings settings;
    example::Flags& flags = settings.flags;
    flags.data = "mnist";
    flags.batch = 32;
    const bool is_flow = example::word_of(argc, argv, "--model", settings.model) == "flow";
    flags.out = is_flow ? "out/video_flow" : "out/video";
    flags.learning_rate = is_flow ? 1e-3f : 2e-3f;
    if (is_flow) flags.average = 0.99f;
    if (!flags.parse(
            argc, argv,
            "Trains on videos of two of the images, brought to 14 x 14 pixels, that move and bounce in frames of 32 x "
            "32 (Srivastava et al., 2015). They are made while they are asked for. Of each of the --samples the 8 "
            "frames are written one after another.",
            {{.name = "--model",
              .help = "vae: a VAE of convolutions over videos, which reads 7 frames and draws 8; flow: flow matching "
                      "(Lipman et al., 2023)",
              .word = &settings.model,
              .words = {"vae", "flow"}},
             {"--seconds", "stop after so long in steps, whatever --epochs says (0: no limit)", &settings.seconds},
             {.name = "--videos", .help = "how many an epoch has", .least = 8, .count = &settings.videos},
             {"--beta", "weight of a VAE's KL", &settings.beta},
             {.name = "--sampling-steps",
              .help = "steps of a flow from noise to video, of two calls of the network each",
              .least = 1,
              .count = &settings.sampling_steps}}))
        return flags.exit_code;

    return example::run([&] {
        if (flags.device != "cpu") example::no_cuda();
        return is_flow ? example::train_video_flow(settings) : example::train_video_vae(settings);
    });
}
