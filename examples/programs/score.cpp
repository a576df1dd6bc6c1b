// Scores samples of 28 x 28 grey or 32 x 32 coloured images, a .npy file of uint8 (N x H x W x C), by the features of a
// classifier that it trains when a data set is first asked for.
//     build/examples/score --data fashion-mnist --samples F.npy [--labels L.npy] [--json]
#include <algorithm>
#include <genotype/images/resize.hpp>
#include <genotype/io/npy.hpp>
#include <genotype/metrics.hpp>
#include <optional>

#include "feature_classifier.hpp"
#include "parse_flags.hpp"
#include "sha256.hpp"

namespace {

using namespace example;

struct ScoreFlags {
    std::string data = "fashion-mnist";
    std::filesystem::path samples{}, labels{}, classifier{};
    int neighbours = 5;
    std::string balls = "open";
    std::uint64_t seed = 0;
    int threads = 0, size = 0;
    bool is_json = false;
};

double median_distance(const std::vector<NearestSample>& nearest) {
    std::vector<double> distances;
    for (const NearestSample& each : nearest) distances.push_back(each.distance);
    const auto middle = distances.begin() + static_cast<std::ptrdiff_t>(distances.size() / 2);
    std::ranges::nth_element(distances, middle);
    return *middle;
}

/// A line of text, or a field of JSON.
class Lines {
  public:
    explicit Lines(bool is_json) : is_json_(is_json) {}

    void text(const char* key, const char* title, const std::string& value) {
        std::string quoted;
        for (const char letter : value)
            quoted += letter == '"' || letter == '\\' ? std::string("\\") + letter : std::string(1, letter);
        line(key, title, is_json_ ? "\"" + quoted + "\"" : value);
    }
    void number(const char* key, const char* title, double value) {
        char digits[40];
        std::snprintf(digits, sizeof digits, is_json_ ? "%.17g" : "%.5g", value);
        line(key, title, digits);
    }
    void list(const char* key, const char* title, const std::vector<std::optional<double>>& values) {
        std::string all;
        for (const auto& value : values) {
            char digits[40] = "null";
            if (!value && !is_json_) std::snprintf(digits, sizeof digits, "none");
            if (value) std::snprintf(digits, sizeof digits, is_json_ ? "%.17g" : "%.4g", *value);
            all += (all.empty() ? "" : is_json_ ? ", " : "  ") + std::string(digits);
        }
        line(key, title, is_json_ ? "[" + all + "]" : all);
    }
    void end() const {
        if (is_json_) std::printf("\n}\n");
    }

  private:
    void line(const char* key, const char* title, const std::string& value) {
        if (is_json_)
            std::printf("%s  \"%s\": %s", is_first_ ? "{\n" : ",\n", key, value.c_str());
        else
            std::printf("%-44s %s\n", title, value.c_str());
        is_first_ = false;
    }

    bool is_json_, is_first_ = true;
};

template <class Image>
int score(const ScoreFlags& flags, ImageData loaded) {
    // Faults of the samples are told before anything is trained.
    const Dataset<Image> samples = scored<Image>(std::move(loaded));
    const std::vector<int> labels = flags.labels.empty() ? std::vector<int>{} : load_npy_labels(flags.labels);
    if (!flags.labels.empty()) detail::expect_labels("score", "--labels", labels, samples.size(), scored_classes);
    const auto train = load_scored<Image>(flags.data, Split::train), test = load_scored<Image>(flags.data, Split::test);
    if (samples.size() > train.size())
        fail("--samples", "samples", samples.size(),
             detail::concat("at most ", train.size(), ", the training's, for the floor"));

    const std::filesystem::path path =
        flags.classifier.empty() ? place_of_classifier(flags.data, Image::dims.height()) : flags.classifier;
    if (!std::filesystem::exists(path)) train_feature_classifier(train, path);
    const ImageClassifier<Image> classifier(path);
    const ClassifiedImages real = classifier(test), seen = classifier(train), drawn = classifier(samples);

    const ScoreOptions options{
        .kernel = {.seed = {flags.seed}},
        .manifold = {flags.neighbours, flags.balls == "closed" ? BallRule::closed : BallRule::open},
        .kernel_scale = FeatureScale(seen.features)};
    const SampleScores scores = score_samples(real.features, drawn.features, options);
    const SampleScores floor = score_floor(seen.features, real.features, samples.size(), options);
    std::vector<std::optional<double>> shares, distances;
    for (const double share : class_shares(drawn.classes, scored_classes)) shares.emplace_back(share);

    Lines lines(flags.is_json);
    lines.text("data", "data", flags.data);
    lines.text("classifier", "classifier of the features", path.string());
    lines.text("classifier_sha256", "  its SHA-256", sha256(path));
    lines.number("classifier_accuracy", "  its accuracy on the test images", share_right(real.classes, test.labels()));
    lines.text("images", "  images that it looks at", detail::dims_text(Image::dims));
    lines.number("features", "  features", score_features);
    lines.number("samples", "samples, N", samples.size());
    lines.number("test_images", "test images, which they are held against", test.size());
    lines.number("k", "neighbours of a ball, k", flags.neighbours);
    lines.text("balls", "balls", flags.balls);
    lines.text("kid_features", "features of KID", "less the training images' mean, over their deviation");
    lines.number("kid_subset_size", "samples of a subset of KID", scores.kernel.subset_size);
    const auto both = [&](const std::string& key, const std::string& title, double value, double at_floor) {
        lines.number(key.c_str(), title.c_str(), value);
        lines.number(("floor_" + key).c_str(), "  floor: as many training images", at_floor);
    };
    both("frechet", "Frechet distance (genotype features, 64)", scores.frechet, floor.frechet);
    both("kid", "kernel distance (KID), features normalised", scores.kernel.mean, floor.kernel.mean);
    both("kid_std", "  its standard deviation over subsets", scores.kernel.deviation, floor.kernel.deviation);
    both("precision", "precision", scores.manifold.precision, floor.manifold.precision);
    both("recall", "recall", scores.manifold.recall, floor.manifold.recall);
    both("density", "density", scores.manifold.density, floor.manifold.density);
    both("coverage", "coverage", scores.manifold.coverage, floor.manifold.coverage);
    lines.number("nearest_training_image", "distance to the nearest training image, median",
                 median_distance(nearest_samples(drawn.features, seen.features)));
    lines.number("floor_nearest_training_image", "  floor: of the test images",
                 median_distance(nearest_samples(real.features, seen.features)));
    lines.list("class_shares", "shares of the classes, by the classifier", shares);
    if (!labels.empty()) {
        lines.number("label_accuracy", "samples that the classifier takes for their label",
                     share_right(drawn.classes, labels));
        for (const ClassDistance& of_class :
             frechet_by_class(real.features, test.labels(), drawn.features, labels, scored_classes))
            distances.push_back(of_class.frechet);
        lines.list("frechet_by_class", "Frechet distance of each class", distances);
    }
    lines.end();
    return 0;
}

/// By the size of the samples, or that which they are to be brought to.
int score_by_size(const ScoreFlags& flags) {
    ImageData samples = load_npy_images(flags.samples);
    if (flags.size > 0) samples = resize(std::move(samples), flags.size, flags.size);
    const auto is_of = [&](int size) { return samples.height == size && samples.width == size; };
    if (is_of(28)) return score<GreyImage>(flags, std::move(samples));
    if (is_of(32)) return score<ColourImage>(flags, std::move(samples));
    fail("--samples", "size of the images", detail::concat(samples.height, " x ", samples.width),
         "28 x 28 or 32 x 32 (--size brings them to one of these)");
}

}  // namespace

int main(int argc, char** argv) {
    ScoreFlags flags;
    CLI::App app(
        "Scores samples of ten classes by a classifier's features: 28 x 28 images as grey ones, 32 x 32 in colour.");
    app.option_defaults()->always_capture_default();
    app.add_option(
        "--data", flags.data,
        "the data set that they are to look like: fashion-mnist, mnist, kmnist, qmnist, cifar10, or a folder of "
        "PNG files with train and test");
    app.add_option("--samples", flags.samples, "what to score: .npy, uint8, N x H x W x C")->required();
    app.add_option("--labels", flags.labels, "the class of each sample: .npy of whole numbers");
    app.add_option("--size", flags.size, "28 or 32: resize the samples to it (0: they have one of these)")
        ->check(CLI::IsMember({0, 28, 32}));
    app.add_option("--classifier", flags.classifier,
                   "where its weights are, or are to be kept (default: beside the data)");
    app.add_option("--neighbours", flags.neighbours, "k of precision, recall, density and coverage")
        ->check(at_least(1));
    app.add_option("--balls", flags.balls, "open: distance < radius, as prdc; closed: <=, as torch-fidelity")
        ->check(CLI::IsMember({"open", "closed"}));
    app.add_option("--seed", flags.seed, "of KID's subsets, and of the training images for the floor")
        ->check(any_seed());
    add_threads_flag(app, flags.threads);
    app.add_flag("--json", flags.is_json, "print JSON");
    int exit_code = 0;
    if (!parse_command_line(app, argc, argv, exit_code)) return exit_code;
    return run([&] {
        set_threads(flags.threads);
        return score_by_size(flags);
    });
}
