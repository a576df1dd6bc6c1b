// Batches: order, resuming, and no allocation while they are given.
#include "genotype/data/loader.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <new>
#include <string>
#include <vector>

#include "support/temporary_folder.hpp"

namespace {
long allocations = 0;
}

// GCC cannot see that the pair below belongs together.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
void* operator new(std::size_t size) {
    ++allocations;
    if (void* memory = std::malloc(size > 0 ? size : 1)) return memory;
    throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}

using namespace genotype;

namespace {

/// Sample i has the values i and i + 1, and the label 100 + i.
ImageData numbered(int count) {
    ImageData images = blank_images(count, 1, 2, 1);
    for (int sample = 0; sample < count; ++sample) {
        images.bytes[static_cast<std::size_t>(2 * sample)] = static_cast<std::uint8_t>(sample);
        images.bytes[static_cast<std::size_t>(2 * sample + 1)] = static_cast<std::uint8_t>(sample + 1);
        images.labels.push_back(100 + sample);
    }
    return images;
}

const Dataset<Shape<2>> twenty(numbered(20), Range{0, 255});

/// The samples' numbers, after a look at whether values and labels belong together.
void append(std::vector<int>& order, LabelledBatch<Shape<2>> batch) {
    for (int sample = 0; sample < batch.size(); ++sample) {
        const int number = static_cast<int>(batch.samples.data[2 * sample]);
        CHECK(batch.samples.data[2 * sample + 1] == static_cast<float>(number + 1));
        CHECK(batch.labels[static_cast<std::size_t>(sample)] == 100 + number);
        order.push_back(number);
    }
}

std::vector<int> epoch_of(Loader<Shape<2>>& loader) {
    std::vector<int> order;
    for (auto batch : loader) append(order, batch);
    return order;
}

}  // namespace

TEST_CASE("without shuffling samples come in order, the last batch smaller if kept") {
    Loader whole(twenty, {.batch = 6, .shuffle = false, .drop_last = true});
    CHECK(whole.batches() == 3);
    CHECK(epoch_of(whole).size() == 18);
    Loader all(twenty, {.batch = 6, .shuffle = false, .drop_last = false});
    CHECK(all.batches() == 4);
    const std::vector<int> order = epoch_of(all);
    CHECK(order.size() == 20);
    CHECK(std::is_sorted(order.begin(), order.end()));
    Loader one(twenty, {.batch = 64, .shuffle = false, .drop_last = false});
    CHECK(epoch_of(one).size() == 20);
}

TEST_CASE("issue 17.9: an evaluation takes every sample once, in order, and training's default leaves the last out") {
    const LoaderOptions options = LoaderOptions::evaluation(6);
    CHECK(options.batch == 6);
    Loader loader(twenty, options);
    for (int epoch = 0; epoch < 2; ++epoch) {
        const std::vector<int> order = epoch_of(loader);
        CHECK(order.size() == 20);
        CHECK(std::is_sorted(order.begin(), order.end()));
    }
    Loader few(twenty, LoaderOptions::evaluation());  // fewer samples than fill one batch
    CHECK(epoch_of(few).size() == 20);
    double sum = 0;  // a mean that weighs each batch with its size is that of all samples
    for (auto batch : loader) {
        double mean = 0;
        for (int sample = 0; sample < batch.size(); ++sample)
            mean += static_cast<double>(batch.samples.data[2 * sample]) / batch.size();
        sum += mean * batch.size();
    }
    CHECK(sum / twenty.size() == doctest::Approx(9.5));
    CHECK(LoaderOptions{}.drop_last);
    Loader training(twenty, {.batch = 6});
    CHECK(epoch_of(training).size() == 18);
}

TEST_CASE("each epoch is another permutation, settled by the seed and the epoch") {
    Loader loader(twenty, {.batch = 5, .seed = 7});
    const std::vector<int> first = epoch_of(loader), second = epoch_of(loader);
    CHECK(first != second);
    std::vector<int> sorted = first;
    std::sort(sorted.begin(), sorted.end());
    CHECK(std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end());
    CHECK(sorted.back() == 19);
    Loader again(twenty, {.batch = 4, .seed = 7});  // the batch's size does not matter
    CHECK(epoch_of(again) == first);
    CHECK(epoch_of(again) == second);
    Loader other(twenty, {.batch = 5, .seed = 8});
    CHECK(epoch_of(other) != first);
}

// The numbers are those of a second implementation, in Python. Checkpoints rely on them.
TEST_CASE("a seed's permutations never change") {
    std::vector<int> order(10);
    shuffle(order, 0, 0);
    CHECK(order == std::vector<int>{8, 6, 2, 3, 4, 1, 7, 5, 0, 9});
    shuffle(order, 7, 3);
    CHECK(order == std::vector<int>{0, 4, 9, 6, 5, 7, 1, 3, 8, 2});
}

TEST_CASE("a permutation is uniform") {
    constexpr int size = 4, epochs = 24000;
    std::vector<int> count(256, 0);
    for (std::uint64_t epoch = 0; epoch < epochs; ++epoch) {
        std::vector<int> order(size);
        shuffle(order, 1, epoch);
        ++count[static_cast<std::size_t>(order[0] * 64 + order[1] * 16 + order[2] * 4 + order[3])];
    }
    double chi_squared = 0;  // 23 degrees of freedom: above 50 once in a thousand
    int kinds = 0;
    for (const int times : count) {
        if (times == 0) continue;
        ++kinds;
        chi_squared += (times - 1000.0) * (times - 1000.0) / 1000.0;
    }
    CHECK(kinds == 24);
    CHECK(chi_squared < 50.0);
}

TEST_CASE("the position names the next batch, and seeking resumes from it") {
    Loader loader(twenty, {.batch = 5, .seed = 3});
    std::vector<int> straight, resumed;
    LoaderPosition saved;
    for (int step = 0; step < 11; ++step) {
        if (step == 6) saved = loader.position();
        append(straight, loader.next());
    }
    CHECK(saved == LoaderPosition{1, 2});
    Loader fresh(twenty, {.batch = 5, .seed = 3});
    fresh.seek(saved);
    for (auto batch : fresh) append(resumed, batch);  // the rest of epoch 1
    CHECK(resumed.size() == 10);
    CHECK(fresh.position() == LoaderPosition{2, 0});
    for (auto batch : fresh) append(resumed, batch);
    CHECK(std::equal(straight.begin() + 30, straight.end(), resumed.begin()));
    fresh.seek({0, 0});
    resumed.clear();
    append(resumed, fresh.next());
    CHECK(std::equal(resumed.begin(), resumed.end(), straight.begin()));
}

TEST_CASE("iterating allocates nothing") {
    Loader loader(twenty, {.batch = 4, .seed = 1});
    const long before = allocations;
    float sum = 0;
    for (int epoch = 0; epoch < 3; ++epoch)
        for (auto batch : loader) sum += batch.samples.data[0];
    CHECK(allocations == before);
    CHECK(sum > 0);
    CHECK(before > 0);
}

TEST_CASE("augmenting allocates nothing") {
    const Dataset<Shape<2>> images(numbered(20), Range{0, 255});
    const RandomHorizontalFlip flip{};
    Loader cropped(images, {.batch = 4, .augmentation = {.crop = RandomCrop{0}, .flip = flip, .cutout = Cutout{1}}});
    Loader resized(images, {.batch = 4, .augmentation = {.resized_crop = RandomResizedCrop{}}});
    Loader erased(images, {.batch = 4, .augmentation = {.erasing = RandomErasing{1}}});
    const long before = allocations;
    float sum = 0;
    for (Loader<Shape<2>>* loader : {&cropped, &resized, &erased})
        for (auto batch : *loader) sum += batch.samples.data[0];
    CHECK(allocations == before);
    CHECK(sum > 0);
}

TEST_CASE("what cannot be loaded is an error") {
    CHECK(contains(error_of([] { Loader(twenty, {.batch = 0}); }), "batch: found 0"));
    CHECK(contains(error_of([] { Loader(twenty, {.batch = 21}); }), "number of samples: found 20"));
    Loader loader(twenty, {.batch = 5});
    CHECK(contains(error_of([&] { loader.seek({0, 4}); }), "batch: found 4, expected 0 to 3"));
    CHECK(contains(error_of([&] { loader.seek({-1, 0}); }), "epoch: found -1"));
}
