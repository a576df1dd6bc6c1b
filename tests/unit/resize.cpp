// Resizing, byte for byte as Pillow 11.3 does it.
#include "genotype/images/resize.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "support/temporary_folder.hpp"

using namespace genotype;

namespace {

ImageData pattern(int height, int width, int channels) {
    ImageData image = blank_images(1, height, width, channels);
    for (std::size_t byte = 0; byte < image.bytes.size(); ++byte)
        image.bytes[byte] = static_cast<std::uint8_t>(byte * byte * 31 + byte * 17);
    return image;
}

}  // namespace

// The numbers are those of PIL.Image.fromarray(pattern).resize((width, height), PIL.Image.BILINEAR).
TEST_CASE("a slightly larger image") {
    CHECK(resize(pattern(7, 7, 1), 8, 8).bytes ==
          std::vector<std::uint8_t>{0,   39,  124, 111, 64,  65,  111, 194, 83,  71,  100, 148, 137, 82,  74,  105,
                                    149, 81,  50,  66,  94,  133, 185, 161, 189, 66,  74,  76,  78,  128, 175, 96,
                                    204, 116, 163, 140, 83,  72,  81,  37,  193, 167, 181, 143, 97,  71,  48,  65,
                                    157, 114, 79,  79,  127, 156, 105, 68,  102, 177, 124, 70,  62,  100, 137, 48});
}

TEST_CASE("a smaller image in colour is antialiased") {
    CHECK(resize(pattern(5, 9, 3), 3, 4).bytes ==
          std::vector<std::uint8_t>{91,  93,  116, 110, 108, 106, 94,  110, 110, 109, 94,  134,  //
                                    125, 146, 120, 167, 95,  128, 106, 75,  82,  107, 141, 82,   //
                                    109, 149, 127, 126, 165, 86,  126, 134, 130, 147, 134, 152});
}

TEST_CASE("height and width grow by different factors") {
    CHECK(resize(pattern(4, 4, 1), 9, 5).bytes ==
          std::vector<std::uint8_t>{0,  34, 103, 133, 74,  9,  42, 110, 139, 79,  32, 62, 127, 153, 91,
                                    53, 81, 143, 166, 102, 62, 87, 147, 167, 100, 71, 93, 151, 168, 98,
                                    67, 87, 142, 156, 84,  62, 80, 131, 143, 68,  60, 77, 127, 138, 62});
}

TEST_CASE("each of several images is resized alone, with its label") {
    ImageData two = pattern(7, 7, 1);
    two.bytes.insert(two.bytes.begin(), 49, std::uint8_t{200});
    two.count = 2;
    two.labels = {4, 5};
    two.class_names = {"a"};
    const ImageData larger = resize(two, 8, 8);
    CHECK(larger.count == 2);
    CHECK(larger.height == 8);
    CHECK(larger.width == 8);
    CHECK(larger.labels == two.labels);
    CHECK(larger.class_names == two.class_names);
    for (const std::uint8_t byte : larger[0]) CHECK(byte == 200);
    const ImageData alone = resize(pattern(7, 7, 1), 8, 8);
    CHECK(std::equal(alone.bytes.begin(), alone.bytes.end(), larger[1].begin()));
}

TEST_CASE("the same size is the same image, and no size is an error") {
    CHECK(resize(pattern(7, 7, 1), 7, 7).bytes == pattern(7, 7, 1).bytes);
    CHECK(contains(error_of([] { resize(pattern(7, 7, 1), 0, 7); }), "size: found 0 x 7"));
    CHECK(contains(error_of([] { resize(ImageData{}, 7, 7); }), "size of the images: found 0 x 0 x 0"));
}
