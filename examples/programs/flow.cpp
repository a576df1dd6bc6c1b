// Class-conditional flow matching on 28 x 28 grey images: a U-Net learns the way from noise to images, and draws a
// row of each class.
//     build/examples/flow --data fashion-mnist --seconds 180
#include "flow_training.hpp"

int main(int argc, char** argv) {
    example::FlowSettings settings;
    example::Flags& flags = settings.flags;
    flags.epochs = 4;
    flags.average = 0.995f;
    flags.out = "out/flow";
    if (!flags.parse(
            argc, argv, "Trains a class-conditional flow on 28 x 28 grey images of ten classes.",
            {{"--seconds", "stop after so long, whatever --epochs says (0: no limit)", &settings.seconds},
             {"--guidance", "how much the label counts in what is drawn; 1: as it was learnt", &settings.guidance},
             {.name = "--sampling-steps",
              .help = "steps from noise to image, of two calls of the network each",
              .least = 1,
              .count = &settings.sampling_steps},
             {.name = "--labels-file",
              .help = "where the samples' labels go: .npy, int32, N",
              .file = &settings.labels_file,
              .needs = {"--samples"}}}))
        return flags.exit_code;

    return example::run([&] {
        if (flags.device == "cpu") return example::train_flow<genotype::Cpu>(settings);
        example::no_cuda();
    });
}
