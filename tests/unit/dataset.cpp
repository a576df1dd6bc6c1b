// Bytes given out as samples of a shape.
#include "genotype/data/dataset.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/temporary_folder.hpp"

using namespace genotype;

namespace {

ImageData counted(int count, int height, int width, int channels) {
    ImageData images = blank_images(count, height, width, channels);
    for (std::size_t byte = 0; byte < images.bytes.size(); ++byte)
        images.bytes[byte] = static_cast<std::uint8_t>(byte % 251);
    return images;
}

template <ShapeType S>
std::vector<float> read(const Dataset<S>& data, std::vector<int> indices) {
    std::vector<float> values(indices.size() * static_cast<std::size_t>(S::count), -99.0f);
    data.read(indices, values.data());
    return values;
}

}  // namespace

TEST_CASE("every byte becomes PyTorch's float") {
    ImageData all = counted(1, 16, 16, 1);
    for (std::size_t byte = 0; byte < 256; ++byte) all.bytes[byte] = static_cast<std::uint8_t>(byte);
    const auto unit = read(Dataset<Shape<256>>(all), {0});
    const auto centred = read(Dataset<Shape<256>>(all, Range{-1, 1}), {0});
    for (std::size_t byte = 0; byte < 256; ++byte) {
        const float to_tensor = static_cast<float>(byte) / 255.0f;
        CHECK(unit[byte] == to_tensor);
        CHECK(centred[byte] == (to_tensor - 0.5f) / 0.5f);
    }
}

TEST_CASE("grey is repeated, colour stays channels-last, samples come in the order asked for") {
    const Dataset<Shape<3, 2, 2>> grey(counted(3, 2, 2, 1), Range{0, 255});
    CHECK(read(grey, {2, 0}) == std::vector<float>{8, 8, 8, 9, 9, 9, 10, 10, 10, 11, 11, 11,  //
                                                   0, 0, 0, 1, 1, 1, 2,  2,  2,  3,  3,  3});
    const Dataset<Shape<3, 1, 2>> colour(counted(2, 1, 2, 3), Range{0, 255});
    CHECK(read(colour, {1}) == std::vector<float>{6, 7, 8, 9, 10, 11});
    const Dataset<Shape<1, 2, 2>> single(counted(2, 2, 2, 1), Range{0, 255});
    CHECK(read(single, {1}) == std::vector<float>{4, 5, 6, 7});
}

TEST_CASE("many samples are each the same as alone") {
    const Dataset<Shape<3, 32, 32>> data(counted(64, 32, 32, 1), Range{-1, 1});
    std::vector<int> indices;
    for (int index = 0; index < 64; ++index) indices.push_back(index * 5 % 64);
    const std::vector<float> together = read(data, indices);
    for (std::size_t sample = 0; sample < 64; ++sample) {
        const std::vector<float> alone = read(data, {indices[sample]});
        CHECK(std::equal(alone.begin(), alone.end(), together.begin() + static_cast<long>(sample * alone.size())));
    }
}

TEST_CASE("images that do not fit the shape are an error that names both") {
    std::string text = error_of([] { Dataset<Shape<3, 32, 32>>(counted(1, 28, 28, 1)); });
    CHECK(contains(text, "found 28 x 28 x 1"));
    CHECK(contains(text, "Shape<3, 32, 32>"));
    CHECK(contains(error_of([] { Dataset<Shape<784>>(counted(1, 28, 29, 1)); }), "Shape<784>"));
    CHECK(
        contains(error_of([] { Dataset<Shape<12>>(counted(1, 2, 2, 3)); }), "found 2 x 2 x 3"));  // not flatten's order
    CHECK(contains(error_of([] { Dataset<Shape<1, 2, 2>>(counted(1, 2, 2, 3)); }), "found 2 x 2 x 3"));
    CHECK(contains(error_of([] { Dataset<Shape<2, 2, 2>>(counted(1, 2, 2, 1)); }), "found 2 x 2 x 1"));
    CHECK(error_of([] { Dataset<Shape<3>>(counted(1, 1, 1, 3)); }) == "no error");
}

TEST_CASE("an inconsistent set of images is an error") {
    ImageData images = counted(2, 2, 2, 1);
    images.labels = {1};
    CHECK(contains(error_of([&] { Dataset<Shape<4>> data(images); }), "number of labels: found 1, expected 2"));
    images.labels.clear();
    images.bytes.pop_back();
    CHECK(contains(error_of([&] { Dataset<Shape<4>> data(images); }), "pixels: found 7 bytes, expected 8 bytes"));
    CHECK(contains(error_of([&] { Dataset<Shape<4>> data(counted(0, 2, 2, 1)); }), "number of images: found 0"));
}
