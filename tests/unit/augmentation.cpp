// What a loader does to images: pixel by pixel, the same for any batch, number of threads and resumption, and evenly.
#include "genotype/data/augmentation.hpp"

#include <doctest/doctest.h>
#include <omp.h>

#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "genotype/data/loader.hpp"
#include "genotype/images/resize.hpp"
#include "genotype/training/checkpoint_parts.hpp"
#include "support/temporary_folder.hpp"

using namespace genotype;

namespace {

using Bytes = std::vector<int>;

/// Each pixel is its number from 1 on, in all images.
ImageData alike(int count, int height, int width, int channels = 1) {
    ImageData images = blank_images(count, height, width, channels);
    for (std::size_t at = 0; at < images.bytes.size(); ++at)
        images.bytes[at] = static_cast<std::uint8_t>(1 + at % images.stride());
    return images;
}

template <ShapeType S>
Bytes bytes_of(View<S> samples, int sample) {
    const float* const from = samples.data + sample * S::count;
    return {from, from + S::count};
}

/// The image through a window that begins at (top, left), black outside of it.
Bytes window(const ImageData& images, int top, int left) {
    Bytes seen;
    for (int row = top; row < top + images.height; ++row)
        for (int column = left; column < left + images.width; ++column) {
            const bool is_inside = row >= 0 && row < images.height && column >= 0 && column < images.width;
            seen.push_back(is_inside ? images.bytes[static_cast<std::size_t>(row * images.width + column)] : 0);
        }
    return seen;
}

Bytes blackened(const ImageData& images, int top, int left, int height, int width) {
    Bytes seen = window(images, 0, 0);
    for (int row = 0; row < images.height; ++row)
        for (int column = 0; column < images.width; ++column)
            if (row >= top && row < top + height && column >= left && column < left + width)
                seen[static_cast<std::size_t>(row * images.width + column)] = 0;
    return seen;
}

/// Images 0, 1, ... of epoch 3, as seed 7 augments them.
std::vector<Bytes> of_epoch_3(const ImageData& images, const ImageAugmentation& augmentation) {
    const Dataset<Shape<1, 8, 6>> dataset(images, Range{0, 255});
    Loader loader(dataset, {.batch = images.count, .shuffle = false, .seed = 7, .augmentation = augmentation});
    loader.seek({3, 0});
    const auto batch = loader.next();
    std::vector<Bytes> seen;
    for (int sample = 0; sample < batch.size(); ++sample) seen.push_back(bytes_of(batch.samples, sample));
    return seen;
}

const ImageAugmentation everything{.crop = RandomCrop{.padding = 3},
                                   .flip = RandomHorizontalFlip{},
                                   .erasing = RandomErasing{},
                                   .cutout = Cutout{.size = 4}};

using Colour = Shape<3, 12, 12>;

ImageData random_colours(int count) {
    ImageData images = blank_images(count, 12, 12, 3);
    std::uint32_t state = 1;
    for (std::uint8_t& byte : images.bytes)
        byte = static_cast<std::uint8_t>((state = state * 1664525 + 1013904223) >> 24);
    return images;
}

/// The values of so many batches.
template <ShapeType S>
std::vector<float> values_of(Loader<S>& loader, int batches) {
    std::vector<float> values;
    for (int batch = 0; batch < batches; ++batch) {
        const auto given = loader.next();
        values.insert(values.end(), given.samples.data, given.samples.data + given.size() * S::count);
    }
    return values;
}

}  // namespace

// Places and sizes are those of a second implementation, in Python. Checkpoints rely on them.
TEST_CASE("a seed's crops, flips, parts and holes never change") {
    const ImageData images = alike(6, 8, 6);
    const auto crops = of_epoch_3(images, {.crop = RandomCrop{.padding = 2}});
    constexpr std::array<std::array<int, 2>, 6> corners{{{-1, 1}, {-1, -1}, {1, 0}, {-2, 1}, {1, -1}, {1, -2}}};
    for (std::size_t at = 0; at < 6; ++at) CHECK(crops[at] == window(images, corners[at][0], corners[at][1]));

    const auto flips = of_epoch_3(images, {.flip = RandomHorizontalFlip{}});
    Bytes mirrored;
    for (int row = 0; row < 8; ++row)
        for (int column = 5; column >= 0; --column) mirrored.push_back(1 + 6 * row + column);
    for (std::size_t at = 0; at < 6; ++at) CHECK(flips[at] == (at == 0 || at == 5 ? mirrored : window(images, 0, 0)));

    const auto parts = of_epoch_3(images, {.resized_crop = RandomResizedCrop{.scale = {0.2f, 0.8f}}});
    constexpr std::array<std::array<int, 4>, 4> of_image{{{2, 1, 6, 5}, {1, 1, 5, 5}, {4, 3, 3, 3}, {0, 0, 5, 6}}};
    for (std::size_t at = 0; at < 4; ++at) {
        const auto [top, left, height, width] = of_image[at];
        ImageData part = blank_images(1, height, width, 1);
        for (int row = 0; row < height; ++row)
            for (int column = 0; column < width; ++column)
                part.bytes[static_cast<std::size_t>(row * width + column)] =
                    static_cast<std::uint8_t>(1 + 6 * (top + row) + left + column);
        const ImageData whole = resize(part, 8, 6);
        CHECK(parts[at] == Bytes(whole.bytes.begin(), whole.bytes.end()));
    }

    const auto holes = of_epoch_3(images, {.erasing = RandomErasing{0.75f, {0.1f, 0.5f}, {0.5f, 2.f}}});
    constexpr std::array<std::array<int, 4>, 6> black{
        {{2, 1, 4, 5}, {5, 1, 3, 5}, {0, 3, 3, 3}, {0, 1, 5, 3}, {0, 1, 3, 5}, {0, 0, 0, 0}}};
    for (std::size_t at = 0; at < 6; ++at)
        CHECK(holes[at] == blackened(images, black[at][0], black[at][1], black[at][2], black[at][3]));

    const auto cut = of_epoch_3(images, {.cutout = Cutout{.size = 3}});
    constexpr std::array<std::array<int, 2>, 6> centres{{{4, 4}, {6, 4}, {4, 1}, {3, 3}, {2, 0}, {3, 4}}};
    for (std::size_t at = 0; at < 6; ++at)
        CHECK(cut[at] == blackened(images, centres[at][0] - 1, centres[at][1] - 1, 3, 3));
}

TEST_CASE("they follow one another: what is flipped is the crop, and holes are in what is seen") {
    const ImageData images = alike(6, 8, 6);
    const auto both = of_epoch_3(images, {.crop = RandomCrop{.padding = 2}, .flip = RandomHorizontalFlip{.p = 1}});
    const auto crops = of_epoch_3(images, {.crop = RandomCrop{.padding = 2}});
    for (std::size_t image = 0; image < 6; ++image)
        for (std::size_t at = 0; at < 48; ++at) CHECK(both[image][at] == crops[image][at / 6 * 6 + 5 - at % 6]);
}

TEST_CASE("a colour stays with its pixel, grey becomes colour, and nothing leaves the range") {
    const Dataset<Colour> dataset(random_colours(1), Range{-1, 1});
    Loader loader(dataset, {.batch = 1, .augmentation = {.flip = RandomHorizontalFlip{.p = 1}}});
    std::vector<float> straight(Colour::count);
    const int only = 0;
    dataset.read({&only, 1}, straight.data());
    const auto flipped = loader.next().samples;
    for (std::size_t pixel = 0; pixel < 144; ++pixel)
        for (std::size_t channel = 0; channel < 3; ++channel)
            REQUIRE(flipped.data[pixel * 3 + channel] == straight[(pixel / 12 * 12 + 11 - pixel % 12) * 3 + channel]);

    const Dataset<Colour> grey(alike(8, 12, 12), Range{-1, 1});
    Loader of_grey(grey, {.batch = 8, .augmentation = everything});
    const std::vector<float> values = values_of(of_grey, 4);
    int black = 0;
    for (std::size_t at = 0; at < values.size(); at += 3) {
        REQUIRE((values[at] == values[at + 1] && values[at] == values[at + 2]));
        REQUIRE((values[at] >= -1 && values[at] <= 1));
        black += values[at] == -1.f;
    }
    CHECK(black > 100);
    Loader of_parts(grey, {.batch = 8, .augmentation = {.resized_crop = RandomResizedCrop{}}});
    for (const float value : values_of(of_parts, 4)) REQUIRE((value >= -1 && value <= 1));
}

TEST_CASE("the same bits on any number of threads, in any batches and order, and after a resumption") {
    const Dataset<Colour> dataset(random_colours(100), Range{-1, 1});
    const int threads = omp_get_max_threads();
    for (const ImageAugmentation& augmentation :
         {everything, ImageAugmentation{.resized_crop = RandomResizedCrop{}, .flip = RandomHorizontalFlip{}}}) {
        const LoaderOptions options{.batch = 100, .shuffle = false, .seed = 5, .augmentation = augmentation};
        omp_set_num_threads(1);
        Loader one(dataset, options);
        const std::vector<float> straight = values_of(one, 3);
        omp_set_num_threads(3);
        Loader three(dataset, options);  // 43 200 values: above the size that is shared by threads
        CHECK(values_of(three, 3) == straight);
        omp_set_num_threads(threads);
        LoaderOptions smaller = options;
        smaller.batch = 20;
        Loader small(dataset, smaller);
        CHECK(values_of(small, 15) == straight);

        Loader resumed(dataset, smaller);
        resumed.seek({1, 3});
        const std::vector<float> rest = values_of(resumed, 2);
        CHECK(std::equal(rest.begin(), rest.end(), straight.begin() + (100 + 60) * Colour::count));

        smaller.shuffle = true;
        Loader shuffled(dataset, smaller);
        std::vector<int> order(100);
        shuffle(order, 5, 0);
        const std::vector<float> mixed = values_of(shuffled, 5);
        for (long at = 0; at < 100; ++at)
            CHECK(std::equal(mixed.begin() + at * Colour::count, mixed.begin() + (at + 1) * Colour::count,
                             straight.begin() + order[static_cast<std::size_t>(at)] * Colour::count));
        CHECK(!std::equal(straight.begin(), straight.begin() + 100 * Colour::count,
                          straight.begin() + 100 * Colour::count));  // of another epoch
        LoaderOptions other = options;
        other.seed = 6;
        Loader of_other(dataset, other);
        CHECK(values_of(of_other, 3) != straight);
    }
}

TEST_CASE("offsets, flips and centres are even, and draws of one do not move another's") {
    constexpr int images = 500, epochs = 18;
    const Dataset<Shape<1, 8, 6>> dataset(alike(images, 8, 6), Range{0, 255});
    std::map<Bytes, double> crops, flips, squares, flipped_crops;
    const auto count = [&](const ImageAugmentation& augmentation, std::map<Bytes, double>& into) {
        Loader loader(dataset, {.batch = images, .augmentation = augmentation});
        for (int epoch = 0; epoch < epochs; ++epoch)
            for (const auto& batch : loader)
                for (int sample = 0; sample < images; ++sample) ++into[bytes_of(batch.samples, sample)];
    };
    const auto chi_squared = [&](const std::map<Bytes, double>& counts) {
        const double expected = static_cast<double>(images * epochs) / static_cast<double>(counts.size());
        double sum = 0;
        for (const auto& [seen, times] : counts) sum += (times - expected) * (times - expected) / expected;
        return sum;
    };
    count({.crop = RandomCrop{.padding = 1}}, crops);
    REQUIRE(crops.size() == 9);
    CHECK(chi_squared(crops) < 26.1);  // of 8 degrees of freedom; above that once in a thousand
    count({.flip = RandomHorizontalFlip{}}, flips);
    REQUIRE(flips.size() == 2);
    CHECK(chi_squared(flips) < 10.8);
    count({.cutout = Cutout{.size = 1}}, squares);
    REQUIRE(squares.size() == 48);
    CHECK(chi_squared(squares) < 82.7);
    count({.crop = RandomCrop{.padding = 1}, .flip = RandomHorizontalFlip{}}, flipped_crops);
    REQUIRE(flipped_crops.size() == 18);
    CHECK(chi_squared(flipped_crops) < 40.8);  // that a crop goes with each flip alike
}

TEST_CASE("where no part of a ratio is inside, the largest in the middle") {
    const ImageData images = alike(1, 8, 6);
    const auto parts = of_epoch_3(images, {.resized_crop = RandomResizedCrop{.scale = {1, 1}, .ratio = {1.5f, 1.5f}}});
    ImageData middle = blank_images(1, 4, 6, 1);
    for (std::size_t at = 0; at < 24; ++at) middle.bytes[at] = static_cast<std::uint8_t>(1 + 12 + at);
    const ImageData expected = resize(middle, 8, 6);
    CHECK(parts[0] == Bytes(expected.bytes.begin(), expected.bytes.end()));
    const auto whole = of_epoch_3(images, {.resized_crop = RandomResizedCrop{.scale = {1, 1}, .ratio = {.75f, .75f}}});
    CHECK(whole[0] == window(images, 0, 0));
}

TEST_CASE("a checkpoint has what is asked for, and of what is not it says nothing, as older ones") {
    const Dataset<Colour> dataset(random_colours(4), Range{-1, 1});
    const auto listed = [&](const ImageAugmentation& augmentation) {
        detail::CheckpointParts parts;
        detail::add_part(parts, Loader(dataset, {.batch = 4, .augmentation = augmentation}));
        return parts.loader.options.texts;
    };
    const auto plain = listed({}), augmented = listed(everything);
    CHECK(plain.size() == 5);  // batch, shuffle, seed, drop_last, samples
    const auto has = [&](const char* name, const char* text) {
        return std::find(augmented.begin(), augmented.end(), std::pair<std::string, std::string>(name, text)) !=
               augmented.end();
    };
    CHECK(has("loader.augmentation.crop.padding", "3"));
    CHECK(has("loader.augmentation.flip.p", "0.5"));
    CHECK(has("loader.augmentation.erasing.scale.high", "0.33"));
    CHECK(has("loader.augmentation.cutout.size", "4"));
    CHECK(augmented.size() == 5 + 8);
}

TEST_CASE("what makes no sense is one sentence") {
    const Dataset<Colour> dataset(random_colours(4), Range{-1, 1});
    const auto error = [&](const ImageAugmentation& augmentation) {
        return error_of([&] { Loader(dataset, {.batch = 4, .augmentation = augmentation}); });
    };
    CHECK(
        error({.crop = RandomCrop{.padding = 12}}) ==
        "loader: augmentation.crop.padding: found 12, expected 0 to 11, less than a side of images of 12 x 12 pixels");
    CHECK(contains(error({.crop = RandomCrop{.padding = -1}}), "crop.padding: found -1"));
    CHECK(contains(error({.crop = RandomCrop{}, .resized_crop = RandomResizedCrop{}}), "expected one of the two"));
    CHECK(error({.resized_crop = RandomResizedCrop{.scale = {0.5f, 1.5f}}}) ==
          "loader: augmentation.resized_crop.scale: found 0.500000 to 1.500000, expected shares of the image above 0, "
          "up to 1, the "
          "lower first");
    CHECK(contains(error({.resized_crop = RandomResizedCrop{.scale = {0.f, 1.f}}}), "found 0.000000 to 1.0"));
    CHECK(contains(error({.resized_crop = RandomResizedCrop{.ratio = {2.f, 1.f}}}), "ratio: found 2.000000 to 1.0"));
    for (const float p : {-0.1f, 1.5f, std::numeric_limits<float>::quiet_NaN()}) {
        CHECK(contains(error({.flip = RandomHorizontalFlip{p}}), "flip.p: found"));
        CHECK(contains(error({.erasing = RandomErasing{.p = p}}), "expected a probability, 0 to 1"));
    }
    CHECK(contains(error({.erasing = RandomErasing{.scale = {0.3f, 0.2f}}}), "erasing.scale: found 0.300000 to 0.2"));
    CHECK(contains(error({.cutout = Cutout{.size = 0}}), "cutout.size: found 0, expected 1 to 12"));
    CHECK(contains(error({.cutout = Cutout{.size = 13}}), "cutout.size: found 13"));
    CHECK(error({.flip = RandomHorizontalFlip{0}, .cutout = Cutout{12}}) == "no error");
}
