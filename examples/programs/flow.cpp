// Class-conditional flow matching, shortcuts or diffusion on 28 x 28 grey images: a U-Net learns the way from noise to
// images, and draws a row of each class.
//     build/examples/flow --data fashion-mnist --seconds 180
//     build/examples/flow --model diffusion --data fashion-mnist --seconds 180
//     build/examples/flow --model shortcut --data fashion-mnist --seconds 300
#include "flow_training.hpp"

int main(int argc, char** argv) {
    example::FlowSettings settings;
    example::Flags& flags = settings.flags;
    flags.epochs = 4;
    flags.average = 0.995f;
    const std::string model = example::word_of(argc, argv, "--model", settings.model);
    flags.out = "out/" + model;
    if (model == "diffusion") settings.sampling_steps = 50;
    if (model == "shortcut") settings.sampling_steps = 1;
    if (!flags.parse(
            argc, argv,
            "Trains a class-conditional flow, shortcut model or diffusion on 28 x 28 grey images of ten classes. The "
            "rate "
            "falls as a cosine over all --epochs; with --seconds it does not fall, because which step is the last is "
            "not "
            "known.",
            {{.name = "--model",
              .help =
                  "flow: flow matching (Lipman et al., 2023). diffusion: v-prediction (Salimans and Ho, 2022) with the "
                  "cosine schedule (Nichol and Dhariwal, 2021), drawn by DDIM (Song et al., 2021). shortcut: a flow "
                  "that is told how far to go, and draws in one step (Frans et al., 2025)",
              .word = &settings.model,
              .words = {"flow", "diffusion", "shortcut"}},
             {"--seconds", "stop after so long in steps, whatever --epochs says (0: no limit)", &settings.seconds},
             {"--guidance", "how much the label counts in what is drawn; 1: as it was learnt", &settings.guidance},
             {.name = "--sampling-steps",
              .help = "steps from noise to image: of midpoint and heun two calls of the network each, else one; of a "
                      "shortcut a power of two",
              .least = 1,
              .count = &settings.sampling_steps},
             {.name = "--solver",
              .help = "how a flow is followed",
              .word = &settings.solver,
              .words = {"euler", "midpoint", "heun"}},
             {.name = "--optimal-transport",
              .help = "train a flow with the noise of each batch given to near images of the same class",
              .is_on = &settings.optimal_transport},
             {.name = "--labels-file",
              .help = "where the samples' labels go: .npy, int32, N",
              .file = &settings.labels_file,
              .needs = {"--samples"}}}))
        return flags.exit_code;

    return example::run([&] {
        example::check(settings);
        if (flags.device != "cpu") example::no_cuda();
        if (settings.model == "shortcut") return example::train_flow<example::OneStep, genotype::Cpu>(settings);
        return settings.model == "flow" ? example::train_flow<example::Flow, genotype::Cpu>(settings)
                                        : example::train_flow<example::Denoiser, genotype::Cpu>(settings);
    });
}
