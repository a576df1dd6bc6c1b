// The classifier whose features score samples: 64 numbers an image, trained once for each data set and kept.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <genotype/data/dataset.hpp>
#include <genotype/data/loader.hpp>
#include <genotype/data/named.hpp>
#include <genotype/genotype.hpp>
#include <genotype/images/grey.hpp>
#include <genotype/images/images.hpp>
#include <genotype/interop/eigen.hpp>
#include <genotype/io/load_model.hpp>
#include <genotype/io/save_model.hpp>
#include <genotype/metrics/feature_rows.hpp>
#include <genotype/training/progress.hpp>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "beside_data.hpp"

namespace example {

using namespace genotype;

constexpr int scored_classes = 10, score_features = 64;
template <int in, int out>
using FeatureBlock = Sequential<Conv<in, out, 3, 1, 1>, BN<out>, ReLU, MaxPool<2>>;
template <class Image>
using FeatureNet =
    Sequential<FeatureBlock<Image::dims.channels(), 32>, FeatureBlock<32, 64>, FeatureBlock<64, 128>, Flatten,
               Linear<128 * (Image::dims.height() / 8) * (Image::dims.width() / 8), score_features>, ReLU>;
using FeatureHead = Linear<score_features, scored_classes>;
template <class Image>
using FeatureClassifier = Sequential<FeatureNet<Image>, FeatureHead>;

/// What is scored: grey images, and coloured ones, in which a grey one's channel is repeated.
using GreyImage = Shape<1, 28, 28>;
using ColourImage = Shape<3, 32, 32>;

template <class Image>
Dataset<Image> scored(ImageData images) {
    if (Image::dims.channels() == 1) images = to_grey(std::move(images));
    return Dataset<Image>(std::move(images), Range{-1, 1});
}

/// A part of a data set, whose images have a class each.
template <class Image>
Dataset<Image> load_scored(const std::string& data, Split split) {
    constexpr int size = Image::dims.height();
    Dataset<Image> images = scored<Image>(genotype::load_images(data, split, ImageSize{size, size}));
    detail::expect_labels("score", "--data", images.labels(), images.size(), scored_classes);
    return images;
}

/// NAME.features.safetensors beside the data. Of larger images the name has their size.
inline std::filesystem::path place_of_classifier(const std::string& data_set, int size) {
    return place_beside_data(data_set, std::string(size == 28 ? "" : ".32x32") + ".features.safetensors");
}

/// Trains it, which takes half a minute on two cores, and keeps its weights as `path`. Says on standard error how far
/// it is: what is printed may be JSON.
template <class Image>
void train_feature_classifier(const Dataset<Image>& train, const std::filesystem::path& path) {
    constexpr int most = 128, epochs = 3;
    const int batch = std::min(most, train.size());
    Loader loader(train, {.batch = batch, .seed = 1});
    const long steps = long{epochs} * loader.batches();
    Trainer<Supervised<FeatureClassifier<Image>, CrossEntropy, Image>> trainer(
        {.optimizer = Adam{.learning_rate = 2e-3f},
         .schedule = Schedule::cosine(steps, steps / 20, 0.01f),
         .batch = batch,
         .seed = 1});
    std::fprintf(stderr, "Training the classifier of features, %ld steps of %d, once: %s\n", steps, batch,
                 path.c_str());
    Progress progress(epochs, loader.batches(), batch, 0, "images", stderr);
    while (trainer.steps() < steps) {
        const long done = trainer.steps();
        char loss[32];
        std::snprintf(loss, sizeof loss, "loss %.3f", static_cast<double>(trainer.step(loader.next())));
        progress.step(done / loader.batches(), done % loader.batches(), loss);
    }
    progress.finish();
    std::error_code ignored;
    if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), ignored);
    save(trainer.model(), path, {.training = "the features of build/examples/score"});
}

/// Trains it where there is none yet. The path.
template <class Image>
std::filesystem::path kept_classifier(const std::string& data, const std::filesystem::path& path) {
    if (!std::filesystem::exists(path)) train_feature_classifier(load_scored<Image>(data, Split::train), path);
    return path;
}

/// What the classifier says of images, in their order.
struct ClassifiedImages {
    RowMajorMatrix features;  // (images, 64)
    std::vector<int> classes;
};

/// Features and classes by the weights at `path`.
template <class Image>
class ImageClassifier {
  public:
    explicit ImageClassifier(const std::filesystem::path& path) {
        load(net_, path, {.prefix = "0."});
        load(head_, path, {.prefix = "1."});
    }

    ClassifiedImages operator()(const Dataset<Image>& images) const {
        constexpr int together = 250;
        Workspace<FeatureNet<Image>, Image, Inference> net_memory(together);
        Workspace<FeatureHead, Shape<score_features>, Inference> head_memory(together);
        ClassifiedImages result{RowMajorMatrix(images.size(), score_features), {}};
        Loader loader(images, LoaderOptions::evaluation(together));
        for (const auto& batch : loader) {
            const View<Shape<score_features>> features = net_(batch, net_memory);
            std::ranges::copy(features.values(),
                              result.features.data() + result.classes.size() * std::size_t{score_features});
            const View<Shape<scored_classes>> outputs = head_(features, head_memory);
            for (int n = 0; n < outputs.batch; ++n) {
                const float* const of_image = outputs.data + n * scored_classes;
                result.classes.push_back(
                    static_cast<int>(std::max_element(of_image, of_image + scored_classes) - of_image));
            }
        }
        return result;
    }

  private:
    Model<FeatureNet<Image>> net_;
    Model<FeatureHead> head_;
};

/// The share of labels that the classifier finds.
inline double share_right(const std::vector<int>& classes, std::span<const int> labels) {
    long right = 0;
    for (std::size_t at = 0; at < labels.size(); ++at) right += classes[at] == labels[at] ? 1 : 0;
    return static_cast<double>(right) / static_cast<double>(labels.size());
}

}  // namespace example
