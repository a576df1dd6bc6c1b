// The classifier whose features score samples: 64 numbers an image, trained once for each data set and kept.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <genotype/data/dataset.hpp>
#include <genotype/data/loader.hpp>
#include <genotype/genotype.hpp>
#include <genotype/images/images.hpp>
#include <genotype/interop/eigen.hpp>
#include <genotype/io/load.hpp>
#include <genotype/io/save.hpp>
#include <string>
#include <utility>
#include <vector>

namespace example {

using namespace genotype;

using ScoredImage = Shape<1, 28, 28>;
constexpr int scored_classes = 10, score_features = 64;
template <int in, int out>
using FeatureBlock = Sequential<Conv<in, out, 3, 1, 1>, BN<out>, ReLU, MaxPool<2>>;
using FeatureNet = Sequential<FeatureBlock<1, 32>, FeatureBlock<32, 64>, FeatureBlock<64, 128>, Flatten,
                              Linear<1152, score_features>, ReLU>;
using FeatureHead = Linear<score_features, scored_classes>;
using FeatureClassifier = Sequential<FeatureNet, FeatureHead>;

/// Trains it, which takes half a minute on two cores, and keeps its weights as `path`.
inline void train_feature_classifier(const Dataset<ScoredImage>& train, const std::filesystem::path& path) {
    constexpr int batch = 128, epochs = 3;
    Loader loader(train, {.batch = batch, .seed = 1});
    const long steps = long{epochs} * loader.batches();
    Trainer<Supervised<FeatureClassifier, CrossEntropy, ScoredImage>> trainer(
        {.optimizer = Adam{.learning_rate = 2e-3f},
         .schedule = Schedule::cosine(steps, steps / 20, 0.01f),
         .batch = batch,
         .seed = 1});
    std::fprintf(stderr, "Training the classifier of features, %ld steps of %d, once: %s\n", steps, batch,
                 path.c_str());
    while (trainer.steps() < steps) trainer.step(loader.next());
    std::error_code ignored;
    if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), ignored);
    save(trainer.model(), path, {.training = "the features of build/examples/score"});
}

/// What the classifier says of images, in their order.
struct ClassifiedImages {
    RowMajorMatrix features;  // (images, 64)
    std::vector<int> classes;
};

/// Features and classes by the weights at `path`.
class ImageClassifier {
  public:
    explicit ImageClassifier(const std::filesystem::path& path) {
        load(net_, path, {.prefix = "0."});
        load(head_, path, {.prefix = "1."});
    }

    ClassifiedImages operator()(const Dataset<ScoredImage>& images) const {
        constexpr int together = 250;
        Workspace<FeatureNet, ScoredImage, Inference> net_memory(together);
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
    Model<FeatureNet> net_;
    Model<FeatureHead> head_;
};

/// The share of labels that the classifier finds.
inline double share_right(const std::vector<int>& classes, std::span<const int> labels) {
    long right = 0;
    for (std::size_t at = 0; at < labels.size(); ++at) right += classes[at] == labels[at] ? 1 : 0;
    return static_cast<double>(right) / static_cast<double>(labels.size());
}

}  // namespace example
