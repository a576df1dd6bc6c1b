// A DCGAN on 32 x 32 or 64 x 64 images: trains a generator against a discriminator, and draws what the generator dreams
// of. Other recipes for its step are in gan_recipes.hpp.
//     build/examples/dcgan --data fashion-mnist --seconds 90
//     build/examples/dcgan --recipe r3gan --labels --seconds 900
#include "dcgan_training.hpp"

int main(int argc, char** argv) {
    example::DcganSettings settings;
    example::Flags& flags = settings.flags;
    flags.epochs = 25;
    flags.learning_rate = 2e-4f;
    flags.out = "out/dcgan";
    const std::string recipe = example::word_of(argc, argv, "--recipe", "dcgan");
    if (recipe != "dcgan") {
        settings.beta1 = 0;
        flags.average = 0.9991f;  // half of it is of the last 50 000 images
    }
    if (recipe == "wgan-gp") {
        flags.learning_rate = 1e-4f;
        flags.average = 0.9955f;  // the same, for the generator learns in every fifth step
    }
    if (!flags.parse(
            argc, argv,
            "Trains a DCGAN on images of 32 x 32 pixels, or 64 x 64, by a recipe whose defaults the flags then have.",
            {{.name = "--recipe",
              .help =
                  "dcgan: binary cross-entropy (Radford et al., 2016). hinge: spectral norms and the hinge loss "
                  "(Miyato et al., 2018). r3gan: the relativistic loss of pairs with R1 and R2, its rate a cosine "
                  "to a quarter over all --epochs (Huang et al., 2024). wgan-gp: Wasserstein's loss with its gradient "
                  "penalty, the generator in every fifth step (Gulrajani et al., 2017). Those after the first draw "
                  "from an average of the weights, and take images smaller than 32 x 32 in a black frame, without "
                  "which samples are written",
              .word = &settings.recipe,
              .words = {"dcgan", "hinge", "r3gan", "wgan-gp"}},
             {.name = "--labels",
              .help = "give both networks the images' labels, of ten classes; samples are of the classes in turns",
              .is_on = &settings.has_labels},
             {.name = "--size",
              .help = "of the images, which are resized to it; 64 is PyTorch's example, and of recipe dcgan without "
                      "--labels",
              .word = &settings.size,
              .words = {"32", "64"}},
             {.name = "--diff-augment",
              .help = "of hinge and r3gan without --labels: the discriminator looks at all images, real and drawn, "
                      "moved, cut and brightened at random, for where there are few (Zhao et al., 2020)",
              .is_on = &settings.has_diff_augment},
             {.name = "--labels-file",
              .help = "where the samples' labels go: .npy, int32, N",
              .file = &settings.labels_file,
              .needs = {"--labels", "--samples"}},
             {"--seconds", "stop after so long in steps, whatever --epochs says (0: no limit)", &settings.seconds},
             {"--beta1", "of Adam; 0.5 is steadier (Radford et al., 2016)", &settings.beta1},
             {"--gamma", "of r3gan: how strong R1 and R2 are", &settings.gamma},
             {"--score-seconds",
              "each time so long in steps has gone by, score samples as the program score does, into OUT/scores.csv, "
              "and say when modes are dropping (0: never)",
              &settings.score_seconds},
             {.name = "--score-samples",
              .help = "how many samples are scored then",
              .least = 100,
              .count = &settings.score_samples}}))
        return flags.exit_code;

    return example::run([&] {
        if (settings.has_diff_augment && (settings.has_labels || (recipe != "hinge" && recipe != "r3gan")))
            genotype::fail("--diff-augment", "recipe", recipe + (settings.has_labels ? " with labels" : ""),
                           "hinge or r3gan, without --labels");
        if (settings.size != "32" && (recipe != "dcgan" || settings.has_labels))
            genotype::fail("--size", "recipe", recipe + (settings.has_labels ? " with labels" : ""),
                           "dcgan without labels for " + settings.size + " x " + settings.size + " pixels");
        const bool is_plain = settings.recipe == "dcgan" && !settings.has_labels && settings.size == "32";
        if (flags.device == "cpu")
            return is_plain ? example::train_gan<example::PlainRecipe, genotype::Cpu>(settings)
                            : example::train_by_recipe(settings);
        if (!is_plain)
            genotype::fail(
                "--device", "recipe",
                recipe + (settings.has_labels ? " with labels" : "") + (settings.size == "32" ? "" : " of --size 64"),
                "dcgan without labels on cuda, or cpu");
#if defined(GENOTYPE_WITH_CUDA)
        return example::train_dcgan_on_cuda(settings);
#else
        example::no_cuda();
#endif
    });
}
