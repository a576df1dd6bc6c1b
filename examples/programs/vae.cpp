// A variational autoencoder on 28 x 28 grey images: reduces 784 values to 20 latents, and draws new images of them.
//     build/examples/vae --data fashion-mnist
#include "prompted_images.hpp"
#include "vae_settings.hpp"
#include "vae_training.hpp"

int main(int argc, char** argv) {
    example::VaeSettings settings;
    example::Flags& flags = settings.flags;
    if (example::word_of(argc, argv, "--model", "mlp") == "vq") example::set_defaults_of_codes(settings);
    flags.out = "out/vae";
    if (!flags.parse(
            argc, argv, "Trains a variational autoencoder with 20 latents on 28 x 28 grey images.",
            {{.name = "--model",
              .help = "mlp: 784, 256, 20; conv: of convolutions; two-stage: conv, and a flow that draws its latents, "
                      "Dai and Wipf 2019; vq: 49 of 512 codes, and a GPT that draws them by the names of the classes, "
                      "van den Oord et al. 2017",
              .word = &settings.model,
              .words = {"mlp", "conv", "two-stage", "vq"}},
             {.name = "--labels",
              .help = "of mlp and conv: encoder and decoder read the images' classes, Sohn et al. 2015; samples are of "
                      "the classes in turns",
              .is_on = &settings.labels},
             {"--seconds",
              "stop after so long, whatever --epochs says (0: no limit); of two stages the second has a "
              "fifth of it, of vq three quarters",
              &settings.seconds},
             {"--beta", "weight of the KL", &settings.beta},
             {.name = "--beta-warmup",
              .help = "steps in which that weight rises to --beta (0: none)",
              .count = &settings.beta_warmup},
             {"--free-bits", "nats of each latent's KL that cost nothing, Kingma et al. 2016", &settings.free_bits},
             {.name = "--second-epochs",
              .help = "of two stages, and of vq: how often the second sees the latents or codes of each image",
              .least = 1,
              .count = &settings.second_epochs},
             {.name = "--importance-draws",
              .help = "say how likely the test images are, too, by importance sampling with so many latents each, such "
                      "as 500 (0: do not)",
              .count = &settings.importance_draws},
             {.name = "--temperature",
              .help = "of vq: what logits of codes are divided by; below 1, likelier codes come more often",
              .number = &settings.temperature,
              .least = 1e-3},
             {.name = "--top-k", .help = "of vq: draw from so many likeliest codes (0: all)", .count = &settings.top_k},
             {.name = "--labels-file",
              .help = "of --labels, and of vq: where the samples' classes go: .npy, int32, N",
              .file = &settings.labels_file,
              .needs = {"--samples"}},
             {.name = "--mean-per-value",
              .help = "divide the squared error by 784, which lets the KL swallow the latents",
              .is_on = &settings.mean_per_value}}))
        return flags.exit_code;

    return example::run([&] {
        example::check_samples(settings);
        if (flags.device == "cpu" && settings.model == "vq")
            return example::train_vae_of_codes(settings, flags.out / "model.safetensors");
        if (flags.device == "cpu" && settings.model == "mlp" && !settings.labels)
            return example::train_vae<example::ImageVae, genotype::Cpu>(settings);
        if (flags.device == "cpu") return example::train_vae_of_images(settings);
        if (settings.model != "mlp") genotype::fail("--device", "model", settings.model, "mlp on cuda, or cpu");
        if (settings.importance_draws > 0)
            genotype::fail("--importance-draws", "device", "cuda", "cpu, which alone counts them");
#if defined(GENOTYPE_WITH_CUDA)
        return example::train_vae_on_cuda(settings);
#else
        example::no_cuda();
#endif
    });
}
