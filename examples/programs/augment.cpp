// What helps a classifier that has few labelled images: the same images cropped and flipped, images that a conditional
// flow drew after it had learnt from them, or both? A table, of several seeds, on images that none of them has seen.
//     build/examples/augment --data fashion-mnist --per-class 50 --seeds 3
#include <genotype/data/shuffle.hpp>
#include <genotype/images/float_images.hpp>
#include <numeric>

#include "feature_classifier.hpp"
#include "flow_unet.hpp"
#include "parse_flags.hpp"

namespace {

using namespace example;

using Flow = FlowMatching<UNet, GreyImage>;

struct AugmentFlags {
    std::string data = "fashion-mnist";
    int per_class = 50, samples_per_class = 100, seeds = 3, steps = 500, flow_steps = 1000, threads = 0;
    float seconds = 0;
    bool has_no_flip = false;
};

/// Images by their numbers, with their labels.
ImageData picked(const ImageData& images, const std::vector<int>& numbers) {
    ImageData result = blank_images(static_cast<int>(numbers.size()), images.height, images.width, images.channels);
    for (std::size_t at = 0; at < numbers.size(); ++at) {
        std::ranges::copy(images[numbers[at]], result[static_cast<int>(at)].data());
        result.labels.push_back(images.labels[static_cast<std::size_t>(numbers[at])]);
    }
    result.class_names = images.class_names;
    return result;
}

/// So many of each class, which the seed chooses.
ImageData few_of_each(const ImageData& images, int per_class, std::uint64_t seed) {
    std::vector<int> order(static_cast<std::size_t>(images.count)), numbers, left(scored_classes, per_class);
    shuffle(order, seed, 0);
    for (const int number : order)
        if (left[static_cast<std::size_t>(images.labels[static_cast<std::size_t>(number)])]-- > 0)
            numbers.push_back(number);
    for (int at = 0; at < scored_classes; ++at)
        if (const int missing = left[static_cast<std::size_t>(at)]; missing > 0)
            fail("--per-class",
                 "images of class " + (images.class_names.empty() ? std::to_string(at)
                                                                  : images.class_names[static_cast<std::size_t>(at)]),
                 per_class - missing, per_class);
    return picked(images, numbers);
}

/// What a flow draws of each class that has learnt from the images.
ImageData drawn_by_flow(const ImageData& learnt, const AugmentFlags& flags, std::uint64_t seed) {
    const Dataset<GreyImage> images(learnt, Range{-1, 1});
    const int batch = std::min(32, images.size()), warmup = std::min(100, flags.flow_steps / 2);
    Loader loader(images, {.batch = batch, .seed = seed});
    Trainer<Flow> trainer({.optimizer = Adam{.learning_rate = 1e-3f, .beta2 = 0.99f},
                           .schedule = flags.seconds > 0 ? Schedule::linear_warmup(std::max(1, warmup))
                                                         : Schedule::cosine(flags.flow_steps, warmup, 0.01f),
                           .clip_norm = 1,
                           .average = 0.99f,
                           .batch = batch,
                           .seed = seed});
    const auto seconds = static_cast<double>(flags.seconds);
    std::fprintf(stderr, "seed %d, a flow of the images\n", static_cast<int>(seed));
    Progress learning(1, flags.flow_steps, batch, 0, "images", stderr);
    for (int step = 0; step < flags.flow_steps && (seconds == 0 || learning.seconds() < seconds); ++step) {
        char loss[32];
        std::snprintf(loss, sizeof loss, "loss %.3f", static_cast<double>(trainer.step(loader.next())));
        learning.step(0, step, loss, seconds > 0 ? learning.seconds() / seconds : -1);
    }
    learning.finish();

    constexpr int together = 100;
    FlowSampler<Flow> sampler(together);
    const auto model = trainer.average();
    const int count = scored_classes * flags.samples_per_class;
    ImageData all = blank_images(count, 28, 28, 1);
    Progress drawing(1, (count + together - 1) / together, together, 0, "images", stderr);
    for (int done = 0; done < count; done += together) {
        std::vector<int> labels(static_cast<std::size_t>(std::min(together, count - done)));
        for (std::size_t at = 0; at < labels.size(); ++at) labels[at] = (done + static_cast<int>(at)) % scored_classes;
        const Tensor<GreyImage> drawn = sampler(model, static_cast<int>(labels.size()), labels,
                                                {.seed = (seed << 32) + static_cast<std::uint64_t>(done)});
        std::ranges::copy(to_images(drawn, Range{-1, 1}).bytes, all[done].data());
        all.labels.insert(all.labels.end(), labels.begin(), labels.end());
        drawing.step(0, done / together, detail::concat("samples, after ", trainer.steps(), " steps"));
    }
    drawing.finish();
    return all;
}

/// The images and the samples, the former as often as brings the two to the same number.
ImageData mixed(const ImageData& images, const ImageData& samples) {
    ImageData all = join(samples, images);
    for (int more = 2; more * images.count <= samples.count; ++more) all = join(std::move(all), images);
    return all;
}

/// The share of the test images that a classifier tells which learnt from these.
double share_told(const char* what, const ImageData& learnt, const ImageAugmentation& augmentation,
                  const Dataset<GreyImage>& test, const AugmentFlags& flags, std::uint64_t seed) {
    const Dataset<GreyImage> images(learnt, Range{-1, 1});
    const int batch = std::min(64, images.size());
    Loader loader(images, {.batch = batch, .seed = seed, .augmentation = augmentation});
    Trainer<Supervised<FeatureClassifier<GreyImage>, CrossEntropy, GreyImage>> trainer(
        {.optimizer = Adam{.learning_rate = 2e-3f},
         .schedule = Schedule::cosine(flags.steps, flags.steps / 20, 0.01f),
         .batch = batch,
         .seed = seed});
    std::fprintf(stderr, "seed %d, a classifier: %s\n", static_cast<int>(seed), what);
    Progress progress(1, flags.steps, batch, 0, "images", stderr);
    for (int step = 0; step < flags.steps; ++step) {
        char loss[32];
        std::snprintf(loss, sizeof loss, "loss %.3f", static_cast<double>(trainer.step(loader.next())));
        progress.step(0, step, loss);
    }
    progress.finish();
    double right = 0;
    Loader all_of_them(test, LoaderOptions::evaluation(batch));
    for (const auto& some : all_of_them)
        right += some.size() * static_cast<double>(trainer.evaluate(some.samples, some.labels).accuracy);
    return right / test.size();
}

/// One way of learning, and how it did with each seed.
struct Way {
    const char* name;
    std::vector<double> shares{};

    double mean() const {
        return std::accumulate(shares.begin(), shares.end(), 0.) / static_cast<double>(shares.size());
    }
};

int compare(const AugmentFlags& flags) {
    const Dataset<GreyImage> all = load_scored<GreyImage>(flags.data, Split::train),
                             test = load_scored<GreyImage>(flags.data, Split::test);
    ImageAugmentation usual{.crop = RandomCrop{.padding = 2}};
    if (!flags.has_no_flip) usual.flip = RandomHorizontalFlip{};
    std::vector<Way> ways{{"the images alone"}, {"cropped and flipped"}, {"with samples"}, {"both"}};
    if (flags.has_no_flip) ways[1].name = "cropped";
    for (int number = 0; number < flags.seeds; ++number) {
        const auto seed = static_cast<std::uint64_t>(number);
        const ImageData images = few_of_each(all.images(), flags.per_class, seed);
        const ImageData with_samples = mixed(images, drawn_by_flow(images, flags, seed));
        const auto learn = [&](Way& way, const ImageData& from, const ImageAugmentation& augmentation) {
            way.shares.push_back(share_told(way.name, from, augmentation, test, flags, seed));
        };
        learn(ways[0], images, {});
        learn(ways[1], images, usual);
        learn(ways[2], with_samples, {});
        learn(ways[3], with_samples, usual);
    }
    std::printf(
        "%s: %d images a class, %d samples a class of a flow that learnt from them, %d seeds\n"
        "%-24s %8s %8s %8s   %% of %d test images told\n",
        flags.data.c_str(), flags.per_class, flags.samples_per_class, flags.seeds, "", "mean", "lowest", "highest",
        test.size());
    for (const Way& way : ways) {
        const auto [lowest, highest] = std::ranges::minmax(way.shares);
        std::printf("%-24s %8.2f %8.2f %8.2f\n", way.name, 100 * way.mean(), 100 * lowest, 100 * highest);
    }
    std::printf("samples change the mean by %+.2f points, and by %+.2f beside %s\n",
                100 * (ways[2].mean() - ways[0].mean()), 100 * (ways[3].mean() - ways[1].mean()), ways[1].name);
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    AugmentFlags flags;
    CLI::App app(
        "Trains a classifier of three convolutions on few labelled images, grey and of 28 x 28 pixels: alone, cropped "
        "and "
        "flipped, with samples of a conditional flow that learnt from the same images, and with both. Prints how many "
        "test images each tells.");
    app.option_defaults()->always_capture_default();
    app.add_option(
        "--data", flags.data,
        "fashion-mnist, mnist, kmnist, qmnist, cifar10, or a folder of PNG files with train and test, of ten "
        "classes");
    app.add_option("--per-class", flags.per_class, "labelled images of each class, which the seed chooses")
        ->check(at_least(1));
    app.add_option("--seeds", flags.seeds, "how often all of it is done, with other images and other weights")
        ->check(at_least(1));
    app.add_option("--flow-steps", flags.flow_steps, "of the flow, of 32 images")->check(at_least(1));
    app.add_option("--seconds", flags.seconds,
                   "end each flow's steps after so long, whatever --flow-steps says (0: no limit)")
        ->check(at_least(0));
    app.add_option("--samples-per-class", flags.samples_per_class,
                   "samples of the flow; the images are repeated until they are as many")
        ->check(at_least(1));
    app.add_option("--steps", flags.steps, "of each classifier, of 64 images, with or without samples")
        ->check(at_least(1));
    app.add_flag("--no-flip", flags.has_no_flip, "crop alone: a digit is no longer itself when flipped");
    add_threads_flag(app, flags.threads);
    int exit_code = 0;
    if (!parse_command_line(app, argc, argv, exit_code)) return exit_code;
    return run([&] {
        set_threads(flags.threads);
        return compare(flags);
    });
}
