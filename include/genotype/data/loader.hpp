// Batches of a dataset in order or shuffled, with no allocation on the way.
#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <optional>
#include <span>
#include <vector>

#include "genotype/data/augmentation.hpp"
#include "genotype/data/augmenter.hpp"
#include "genotype/data/dataset.hpp"
#include "genotype/data/loader_position.hpp"
#include "genotype/data/shuffle.hpp"
#include "genotype/memory/view.hpp"
#include "genotype/shape/error.hpp"
#include "genotype/shape/shape.hpp"

namespace genotype::inline v0_1 {

/// PyTorch's names, but not its defaults: `shuffle` and `drop_last` are on here, as training wants them. What measures
/// wants every sample: `LoaderOptions::evaluation()`.
struct LoaderOptions {
    int batch = 64;
    bool shuffle = true;
    std::uint64_t seed = 0;
    /// Leave out the samples at an epoch's end that fill no whole batch. PyTorch's default is false.
    bool drop_last = true;
    /// Each epoch gives the images otherwise: cropped, flipped. Of images to measure with this is nothing, the default.
    ImageAugmentation augmentation = {};

    /// Every sample once, in the dataset's order, the last batch smaller where they fill no whole one. A mean over the
    /// batches must weigh each with its `size()`. PyTorch equivalent: a DataLoader's defaults.
    static constexpr LoaderOptions evaluation(int samples = 64) {
        return {.batch = samples, .shuffle = false, .drop_last = false};
    }

    /// Calls visit(name, value) for every option. A field that is not taken apart here does not compile.
    template <class Visit>
    constexpr void for_each_option(Visit&& visit) const {
        const auto& [samples, shuffled, order, whole, augmented] = *this;
        visit("batch", samples);
        visit("shuffle", shuffled);
        visit("seed", order);
        visit("drop_last", whole);
        visit("augmentation", augmented);
    }
};

/// Some samples of a dataset. Lives in the loader's memory, until its next batch.
template <ShapeType S>
struct LabelledBatch {
    using shape = S;

    View<S> samples;
    /// The class of each sample, or empty.
    std::span<const int> labels;

    int size() const { return samples.batch; }
    operator View<S>() const { return samples; }
};

/// Gives a dataset's samples in batches: `for (auto batch : loader)` is one epoch, or the rest of one that was left
/// early or sought. All memory is allocated by the constructor. The order depends on the seed and the epoch alone, and
/// so does how an image is augmented. PyTorch equivalent: `torch.utils.data.DataLoader`, with `drop_last=True`. The
/// dataset must outlive the loader.
template <ShapeType S>
class Loader {
  public:
    /// Throws `Error` where the samples do not fill one batch, or cannot be augmented so.
    explicit Loader(const Dataset<S>& dataset, LoaderOptions options = {}) : dataset_(&dataset), options_(options) {
        if (options.batch < 1) fail("loader", "batch", options.batch, "at least 1");
        if (batches() < 1)
            fail("loader", "number of samples", dataset.size(),
                 detail::concat("at least one batch of ", options.batch, " (a smaller one, or drop_last = false)"));
        const auto most = static_cast<std::size_t>(std::min(options.batch, dataset.size()));
        values_.resize(most * static_cast<std::size_t>(S::count));
        if (!dataset.labels().empty()) labels_.resize(most);
        order_.resize(static_cast<std::size_t>(dataset.size()));
        std::iota(order_.begin(), order_.end(), 0);
        if (!options.augmentation.is_any()) return;
        augmenter_.emplace(options.augmentation, dataset.images(), options.seed);
        bytes_.resize(2 * most * dataset.images().stride());
    }
    Loader(Dataset<S>&&, LoaderOptions = {}) = delete;

    /// Batches in one epoch.
    int batches() const {
        const int whole = dataset_->size() / options_.batch;
        return whole + (!options_.drop_last && dataset_->size() % options_.batch > 0 ? 1 : 0);
    }
    const LoaderOptions& options() const { return options_; }
    const Dataset<S>& dataset() const { return *dataset_; }

    /// The batch that comes next: after an epoch's last batch, the first of the next epoch. Belongs into a checkpoint.
    LoaderPosition position() const { return position_; }

    /// Continues from there, as if all batches before had been given.
    void seek(LoaderPosition position) {
        if (position.epoch < 0) fail("loader", "epoch", position.epoch, "0 or more");
        if (position.batch < 0 || position.batch >= batches())
            fail("loader", "batch", position.batch, detail::concat("0 to ", batches() - 1));
        position_ = position;
    }

    /// The next batch; continues into the next epoch without end.
    LabelledBatch<S> next() {
        if (options_.shuffle && position_.epoch != ordered_epoch_) {
            genotype::shuffle(order_, options_.seed, static_cast<std::uint64_t>(position_.epoch));
            ordered_epoch_ = position_.epoch;
        }
        const auto first = static_cast<std::size_t>(position_.batch) * static_cast<std::size_t>(options_.batch);
        const std::size_t size = std::min(static_cast<std::size_t>(options_.batch), order_.size() - first);
        const std::span<const int> indices(order_.data() + first, size);
        if (augmenter_)
            read_augmented(indices);
        else
            dataset_->read(indices, values_.data());
        for (std::size_t sample = 0; sample < size && !labels_.empty(); ++sample)
            labels_[sample] = dataset_->labels()[static_cast<std::size_t>(indices[sample])];
        if (++position_.batch == batches()) position_ = {position_.epoch + 1, 0};
        return {{values_.data(), static_cast<int>(size)}, {labels_.data(), labels_.empty() ? 0 : size}};
    }

    /// One pass of a range-for; a batch is loaded when it is asked for.
    class Iterator {
      public:
        LabelledBatch<S> operator*() const { return batch_; }
        Iterator& operator++() {
            if (--left_ > 0) batch_ = loader_->next();
            return *this;
        }
        friend bool operator==(const Iterator& one, const Iterator& other) { return one.left_ == other.left_; }

      private:
        friend class Loader;
        Iterator() = default;
        explicit Iterator(Loader& loader)
            : loader_(&loader), left_(loader.batches() - loader.position_.batch), batch_(loader.next()) {}

        Loader* loader_ = nullptr;
        int left_ = 0;
        LabelledBatch<S> batch_{};
    };

    Iterator begin() { return Iterator(*this); }
    Iterator end() { return {}; }

  private:
    static constexpr long no_epoch = -1;

    /// As `Dataset::read`, and by the same threads.
    void read_augmented(std::span<const int> indices) {
        const auto count = static_cast<long>(indices.size());
        const auto epoch = static_cast<std::uint64_t>(position_.epoch);
        const std::size_t stride = dataset_->images().stride();
#pragma omp parallel for schedule(static) if (count * S::count >= 32768)
        for (long sample = 0; sample < count; ++sample) {
            const int index = indices[static_cast<std::size_t>(sample)];
            std::uint8_t* const to = bytes_.data() + 2 * static_cast<std::size_t>(sample) * stride;
            (*augmenter_)(dataset_->images()[index], {epoch, static_cast<std::uint64_t>(index)}, to + stride, to);
            dataset_->to_values({to, stride}, values_.data() + sample * S::count);
        }
    }

    const Dataset<S>* dataset_;
    LoaderOptions options_;
    LoaderPosition position_;
    long ordered_epoch_ = no_epoch;
    std::vector<float> values_;
    std::vector<int> labels_;
    std::vector<int> order_;
    std::optional<detail::Augmenter> augmenter_;
    std::vector<std::uint8_t> bytes_;  // of each sample, as it is augmented and on the way there
};

}  // namespace genotype::inline v0_1
