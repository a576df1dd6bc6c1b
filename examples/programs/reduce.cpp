// Writes the latents that a trained VAE of build/examples/vae gives to images, and says whether neighbours among them
// are of one class, beside as many principal components.
//     build/examples/reduce --data fashion-mnist --weights out/vae/checkpoints/step_009370.safetensors --latents-file
//     F.npy
#include <algorithm>
#include <genotype/data/named.hpp>
#include <genotype/data/principal_components.hpp>
#include <genotype/images/grey.hpp>
#include <genotype/io/load_model.hpp>
#include <genotype/io/npy.hpp>
#include <genotype/metrics/neighbour_classes.hpp>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "images.hpp"
#include "parse_flags.hpp"
#include "vae_latents.hpp"

namespace {

using namespace example;

struct ReduceFlags {
    std::string data = "fashion-mnist", model = "mlp", split = "test";
    std::filesystem::path weights{}, latents_file{}, plot{};
    int neighbours = 0, threads = 0;
    bool is_of_average = false;
};

Split split_of(const ReduceFlags& flags) {
    return flags.split == "test" ? Split::test : Split::train;
}

ImageData load_grey(const ReduceFlags& flags, Split split) {
    return to_grey(genotype::load_images(flags.data, split, ImageSize{28, 28}));
}

/// The share of samples whose neighbours among `train` are of their class.
double share_right(const FeatureRows& train, std::span<const int> labels, const FeatureRows& samples,
                   std::span<const int> own, int classes, int neighbours) {
    const std::vector<int> found = neighbour_classes(train, labels, samples, classes, neighbours);
    long right = 0;
    for (std::size_t at = 0; at < found.size(); ++at) right += found[at] == own[at];
    return static_cast<double>(right) / static_cast<double>(found.size());
}

/// A row an image.
template <ShapeType S>
RowMajorMatrix pixels(const Dataset<S>& images) {
    std::vector<int> all(static_cast<std::size_t>(images.size()));
    std::iota(all.begin(), all.end(), 0);
    RowMajorMatrix rows(images.size(), S::count);
    images.read(all, rows.data());
    return rows;
}

template <class Net>
int reduce(const ReduceFlags& flags) {
    using Input = typename Net::Input;
    Model<Net> model;
    load(model, flags.weights, {.prefix = flags.is_of_average ? "average." : ""});
    const Dataset<Input> images(load_grey(flags, split_of(flags)), zero_to_one);
    const Tensor<Latent> latents = means(model, images);
    save_npy(std::span<const float>(latents.data(), static_cast<std::size_t>(latents.size())),
             {static_cast<std::size_t>(images.size()), static_cast<std::size_t>(Latent::count)}, flags.latents_file);
    std::printf("%d images, %ld latents each: %s\n", images.size(), Latent::count, flags.latents_file.c_str());
    if (!flags.plot.empty()) {
        draw_latents({latents.data(), static_cast<std::size_t>(latents.size())}, images.images(),
                     "Latents of " + flags.data, flags.plot);
        std::printf("their classes: %s\n", flags.plot.c_str());
    }
    if (flags.neighbours == 0) return 0;

    const Dataset<Input> train(load_grey(flags, Split::train), zero_to_one);
    const auto labels_of = [&](const Dataset<Input>& of) {
        if (of.labels().empty()) fail("--neighbours", "labels of " + flags.data, "none", "a class for each image");
        return of.labels();
    };
    const auto labels = labels_of(train), own = labels_of(images);
    const int classes = 1 + std::max(*std::ranges::max_element(labels), *std::ranges::max_element(own));
    const auto say = [&](const char* of, const FeatureRows& from, const FeatureRows& to) {
        std::printf("%d neighbours by %s: %.2f %% of the classes\n", flags.neighbours, of,
                    100 * share_right(from, labels, to, own, classes, flags.neighbours));
        std::fflush(stdout);
    };
    say("latents", as_eigen(means(model, train)), as_eigen(latents));
    const RowMajorMatrix from = pixels(train), to = pixels(images);
    const PrincipalAxes axes(from, static_cast<int>(Latent::count));
    say("as many principal components", axes(from), axes(to));
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    ReduceFlags flags;
    CLI::App app("Writes the 20 latents that a VAE of build/examples/vae gives to 28 x 28 grey images.");
    app.option_defaults()->always_capture_default();
    app.add_option("--data", flags.data,
                   "whose images: fashion-mnist, mnist, kmnist, qmnist, cifar10, cifar100, or a folder of PNG files");
    app.add_option("--split", flags.split, "which of them")->check(CLI::IsMember({"test", "train"}));
    app.add_option("--weights", flags.weights, "a checkpoint of the VAE's, or a file of its weights")->required();
    app.add_flag("--average", flags.is_of_average, "take the average of the weights that a checkpoint has");
    app.add_option("--model", flags.model, "what that is of; conv: of vae --model two-stage, too")
        ->check(CLI::IsMember({"mlp", "conv"}));
    app.add_option("--latents-file", flags.latents_file, "where they go: .npy, float32, N x 20, in the images' order")
        ->required();
    app.add_option("--plot", flags.plot, "where a plot of their first two principal components goes: .png");
    app.add_option("--neighbours", flags.neighbours,
                   "say how often so many nearest training images tell the class, such as 5 (0: do not)")
        ->check(at_least(0));
    add_threads_flag(app, flags.threads);
    int exit_code = 0;
    if (!parse_command_line(app, argc, argv, exit_code)) return exit_code;
    return run([&] {
        set_threads(flags.threads);
        return flags.model == "mlp" ? reduce<ImageVae>(flags) : reduce<ConvVae>(flags);
    });
}
