// Class-conditional flow matching, or diffusion, on 28 x 28 grey images: a U-Net learns the way from noise to images,
// and draws a row of each class.
//     build/examples/flow --data fashion-mnist --seconds 180
//     build/examples/flow --model diffusion --data fashion-mnist --seconds 180
#include "flow_training.hpp"

int main(int argc, char** argv) {
    example::FlowSettings settings;
    example::Flags& flags = settings.flags;
    flags.epochs = 4;
    flags.average = 0.995f;
    const bool is_diffusion = example::word_of(argc, argv, "--model", settings.model) == "diffusion";
    flags.out = is_diffusion ? "out/diffusion" : "out/flow";
    if (is_diffusion) settings.sampling_steps = 50;
    if (!flags.parse(
            argc, argv,
            "Trains a class-conditional flow or diffusion on 28 x 28 grey images of ten classes. The rate falls as a "
            "cosine over all --epochs; with --seconds it does not fall, because which step is the last is not known.",
            {{.name = "--model",
              .help =
                  "flow: flow matching (Lipman et al., 2023). diffusion: v-prediction (Salimans and Ho, 2022) with the "
                  "cosine schedule (Nichol and Dhariwal, 2021), drawn by DDIM (Song et al., 2021)",
              .word = &settings.model,
              .words = {"flow", "diffusion"}},
             {"--seconds", "stop after so long in steps, whatever --epochs says (0: no limit)", &settings.seconds},
             {"--guidance", "how much the label counts in what is drawn; 1: as it was learnt", &settings.guidance},
             {.name = "--sampling-steps",
              .help = "steps from noise to image: of midpoint and heun two calls of the network each, else one",
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
        return settings.model == "flow" ? example::train_flow<example::Flow, genotype::Cpu>(settings)
                                        : example::train_flow<example::Denoiser, genotype::Cpu>(settings);
    });
}
