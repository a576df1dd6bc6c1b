// Colour images as grey ones.
#pragma once

#include <cstdint>
#include <utility>

#include "genotype/images/images.hpp"
#include "genotype/shape/error.hpp"

namespace genotype::inline v0_1 {

/// The luma of each pixel, in 16-bit fixed point: Pillow's convert("L"), which is torchvision's Grayscale.
/// Grey images come back as they are. Source of the weights: ITU-R BT.601.
inline ImageData to_grey(ImageData images) {
    if (images.channels == 1) return images;
    if (images.channels != 3) fail("images", "channels", images.channels, "1 or 3");
    ImageData grey = blank_images(images.count, images.height, images.width, 1);
    for (std::size_t pixel = 0; pixel < grey.bytes.size(); ++pixel) {
        const std::uint8_t* rgb = &images.bytes[3 * pixel];
        const unsigned luma = rgb[0] * 19595u + rgb[1] * 38470u + rgb[2] * 7471u + 0x8000u;
        grey.bytes[pixel] = static_cast<std::uint8_t>(luma >> 16);
    }
    grey.labels = std::move(images.labels);
    grey.class_names = std::move(images.class_names);
    return grey;
}

}  // namespace genotype::inline v0_1
